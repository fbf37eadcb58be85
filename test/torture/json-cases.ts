import fc from "fast-check";
import { notUtf8, texts } from "./interesting.ts";
import {
  cloneJson,
  jsonPlaces,
  quoted,
  randomJsonMessage,
  raw,
  writeJson,
  type JsonNode,
  type JsonPlace,
} from "./json-tree.ts";
import { Random } from "./random.ts";
import { rootMessage, signals, type Signal } from "./reference-schema.ts";

export interface JsonCase {
  readonly signal: Signal;
  readonly bytes: Buffer;
}

const pick = <Item>(items: readonly Item[], choice: number): Item => items[choice % items.length] as Item;

/** Numbers as JSON has them, as it does not have them, and just beyond each range. */
const numbers = (
  "0 -0 1 -1 1.0 1.5 1e3 1E+3 1e-3 10e-1 100e-2 123e-3 0e5 0.0e-7 -0.0 1e400 -1e400 1e-400 1e9999999999 0e9999999999 " +
  "127 4294967295 4294967296 2147483647 2147483648 -2147483648 -2147483649 9007199254740993 9223372036854775807 " +
  "9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616 " +
  "1844674407370955161.5e1 18446744073709551615.0 0.18446744073709551615e20 1.7e18 1700000000123456789 00 01 -01 +1 .5 1. 1e 1e+ - " +
  "0x10 1_000 1n NaN Infinity -Infinity 0.1 5e-324 1.7976931348623157e308 1.7976931348623159e308 --1 1e1.5"
).split(" ");

const hexIds = [
  "",
  "0".repeat(16),
  "0".repeat(32),
  "aB".repeat(8),
  "aB".repeat(16),
  "a".repeat(15),
  "a".repeat(31),
  "a".repeat(33),
  "g".repeat(16),
  "g".repeat(32),
  `${"a".repeat(31)} `,
  "0123456789abcdeF",
  "AAECAwQFBgcICQoLDA0ODw==",
  "AAECAwQFBgc=",
  "００".repeat(8),
];

const base64s = [
  "",
  "AA",
  "AA==",
  "AA=",
  "A",
  "AAA",
  "AAA=",
  "AAAA",
  "AP+/",
  "AP-_",
  "AP+_",
  "AAB=",
  "AA==AA==",
  "A A=",
  "=",
  "====",
  "AA\n==",
  "é===",
];

const strangeStrings = [
  '"\\ud83d\\ude00"',
  '"\\ud83d"',
  '"\\ude00\\ud83d"',
  '"\\ud83d\\u0041"',
  '"\\ud83dx"',
  '"\\u00e9\\u0000"',
  '"\\u12"',
  '"\\u12g4"',
  '"\\x41"',
  '"\\"',
  '"a\tb"',
  '"a\nb"',
  "'a'",
  '"\\/\\b\\f\\n\\r\\t\\"\\\\"',
  '"SPAN_KIND_CLIENT"',
  '"STATUS_CODE_ERROR"',
  '"true"',
  '" 1"',
  '"1 "',
  '"-"',
];

const wholes = [
  "null",
  "true",
  "false",
  "{}",
  "[]",
  "[[]]",
  "[null]",
  "[{}]",
  '{"values":[]}',
  '{"values":null}',
  "",
  "undefined",
  "tru",
  "nulll",
];

const strangeKeys = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "",
  "0",
  "start_time_unix_nano",
  "trace_id",
  "TraceId",
  "value ",
  "é",
];

const siblings = [
  "stringValue",
  "boolValue",
  "intValue",
  "doubleValue",
  "arrayValue",
  "kvlistValue",
  "bytesValue",
  "asInt",
  "asDouble",
  "gauge",
  "sum",
  "histogram",
  "key",
  "value",
  "values",
  "traceId",
  "spanId",
  "name",
  "kind",
  "status",
];

type Bend = (place: JsonPlace, choice: number) => void;

const inObject =
  (bend: (members: { key: string; value: JsonNode }[], choice: number) => void): Bend =>
  ({ node }, choice) => {
    if (node.kind === "object") bend(node.members, choice);
  };

const bends: { readonly [name: string]: Bend } = {
  number: ({ put }, choice) => put(raw(pick(numbers, choice))),
  numberInString: ({ put }, choice) => put(quoted(pick(numbers, choice))),
  hexId: ({ put }, choice) => put(quoted(pick(hexIds, choice))),
  base64: ({ put }, choice) => put(quoted(pick(base64s, choice))),
  string: ({ put }, choice) => put(quoted(pick(texts, choice))),
  strangeString: ({ put }, choice) => put(raw(pick(strangeStrings, choice))),
  whole: ({ put }, choice) => put(raw(pick(wholes, choice))),
  inArray: ({ node, put }) => put({ kind: "array", elements: [node] }),
  firstElement: ({ node, put }) => {
    if (node.kind === "array" && node.elements[0] !== undefined) put(node.elements[0]);
  },
  drop: inObject((members, choice) => members.splice(choice % Math.max(1, members.length), 1)),
  reorder: inObject((members, choice) => {
    const [member] = members.splice(choice % Math.max(1, members.length), 1);
    if (member !== undefined) members.push(member);
  }),
  duplicate: inObject((members, choice) => {
    const member = members[choice % Math.max(1, members.length)];
    if (member === undefined) return;
    const value = choice % 3 === 0 ? raw("null") : cloneJson(member.value);
    members.splice((choice >> 4) % (members.length + 1), 0, { key: member.key, value });
  }),
  sibling: inObject((members, choice) => {
    const values = ["null", '"1"', "1", "true", "{}", '{"values":[{}]}', '{"stringValue":"x"}', '"0123456789abcdef"'];
    members.splice((choice >> 9) % (members.length + 1), 0, {
      key: pick(siblings, choice),
      value: raw(pick(values, choice >> 5)),
    });
  }),
  strangeKey: inObject((members, choice) => {
    const values = ['{"kind":3}', "1", "[{},[1,2,null]]", '"x"', '{"a":1,"a":2}', "null", '{"b":"\\ud800"}'];
    members.splice((choice >> 9) % (members.length + 1), 0, {
      key: pick(strangeKeys, choice),
      value: raw(pick(values, choice >> 4)),
    });
  }),
  rename: inObject((members, choice) => {
    const member = members[choice % Math.max(1, members.length)];
    if (member !== undefined) member.key = pick([...strangeKeys, ...siblings, member.key.toUpperCase()], choice >> 3);
  }),
  surrogateKey: inObject((members) => members.push({ key: "\ud800", value: raw("1") })),
  nestValue: ({ node, key, put }, choice) => {
    if (key !== "value" && key !== "body") return;
    let nested = writeJson(node);
    for (let levels = pick([1, 60, 63, 64, 65, 66, 150, 1000], choice); levels > 0; levels--) {
      nested =
        (choice + levels) % 2 === 0
          ? `{"arrayValue":{"values":[${nested}]}}`
          : `{"kvlistValue":{"values":[{"key":"k","value":${nested}}]}}`;
    }
    put(raw(nested));
  },
  nestUnknown: inObject((members, choice) => {
    const levels = pick([1, 100, 199, 200, 201, 202, 1000], choice);
    const value =
      choice % 2 === 0
        ? `${"[".repeat(levels)}${"]".repeat(levels)}`
        : `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
    members.push({ key: "unknownNest", value: raw(value) });
  }),
};

const trailers = [
  " ",
  "\n",
  "\n\n",
  "x",
  "{}",
  "\n{}",
  "null",
  ",",
  "}",
  "]",
  "\u0000",
  "\ufeff",
  "//",
  "\v",
  "\u00a0",
  "#",
];

const damages: { readonly [name: string]: (bytes: Buffer, at: number, choice: number) => Buffer } = {
  trailer: (bytes, _at, choice) => Buffer.concat([bytes, Buffer.from(pick(trailers, choice))]),
  leader: (bytes, _at, choice) => Buffer.concat([Buffer.from(pick(trailers, choice)), bytes]),
  lines: (bytes) => Buffer.concat([bytes, Buffer.from("\n"), bytes]),
  cut: (bytes, at) => bytes.subarray(0, at),
  flip: (bytes, at, choice) => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] as number) ^ (1 << (choice % 8));
    return copy;
  },
  set: (bytes, at, choice) => {
    const copy = Buffer.from(bytes);
    copy[at] = pick([...Buffer.from('"\\{}[],:0-.eE \n\ttfn\u0000\u001f')], choice);
    return copy;
  },
  insert: (bytes, at, choice) =>
    Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from(
        pick([",", '"', "\\", "{", "}", "[", "]", " ", "0", "-", ".", "e", "\u0001", "\\u0041", "/**/"], choice),
      ),
      bytes.subarray(at),
    ]),
  remove: (bytes, at, choice) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + (choice % 3))]),
  notUtf8: (bytes, at, choice) => Buffer.concat([bytes.subarray(0, at), pick(notUtf8, choice), bytes.subarray(at)]),
};

interface Base {
  readonly signal: Signal;
  readonly node: JsonNode;
}

function bases(seed: number): Base[] {
  const random = new Random(seed ^ 0x5eed);
  const made = signals.flatMap((signal) =>
    Array.from({ length: 150 }, () => ({ signal, node: randomJsonMessage(random, rootMessage[signal]) })),
  );
  const size = ({ node }: Base): number => writeJson(node).length;
  return made.sort((a, b) => size(a) - size(b));
}

/** Valid messages, bent value by value and then damaged byte by byte; a good part of them stays valid. */
export function jsonCases(seed: number): fc.Arbitrary<JsonCase> {
  const pool = bases(seed);
  const bend = fc.tuple(fc.constantFrom(...Object.keys(bends)), fc.nat(), fc.nat());
  const damage = fc.tuple(fc.constantFrom(...Object.keys(damages)), fc.nat(), fc.nat());
  return fc
    .tuple(
      fc.nat(pool.length - 1),
      fc.nat(27),
      fc.array(bend, { maxLength: 3 }),
      fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(damage, { maxLength: 2 }) }),
    )
    .map(([index, style, chosen, harm]) => {
      const { signal, node } = pool[index] as Base;
      const root = { node: cloneJson(node) };
      for (const [name, at, choice] of chosen) {
        const places = jsonPlaces(root);
        bends[name]?.(pick(places, at), choice);
      }
      let bytes: Buffer = Buffer.from(writeJson(root.node, style));
      for (const [name, at, choice] of harm) {
        if (bytes.length > 0) bytes = damages[name]?.(bytes, at % bytes.length, choice) ?? bytes;
      }
      return { signal, bytes };
    });
}
