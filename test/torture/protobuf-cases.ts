import fc from "fast-check";
import { integers, notUtf8, texts } from "./interesting.ts";
import { Random } from "./random.ts";
import { rootMessage, signals, type Signal } from "./reference-schema.ts";
import { cloneWire, encodeWire, fieldLists, randomMessage, varint, type WireField } from "./wire-tree.ts";

export interface ProtobufCase {
  readonly signal: Signal;
  readonly bytes: Buffer;
}

/** What a mutation works on: a list of fields, one field of it, and a number to choose by. */
type Bend = (list: WireField[], index: number, field: WireField, choice: number) => void;

const pick = <Item>(items: readonly Item[], choice: number): Item => items[choice % items.length] as Item;

const bends: { readonly [name: string]: Bend } = {
  drop: (list, index) => list.splice(index, 1),
  repeat: (list, index, _, choice) =>
    list.splice(choice % (list.length + 1), 0, ...cloneWire([list[index] as WireField])),
  reorder: (list, index, field, choice) => {
    list.splice(index, 1);
    list.splice(choice % (list.length + 1), 0, field);
  },
  // A message field cut in two, which must be merged again, or become two elements where it is repeated.
  split: (list, index, field, choice) => {
    if (!Array.isArray(field.value)) return;
    const at = choice % (field.value.length + 1);
    const second = { ...field, value: field.value.splice(at) };
    list.splice(index + 1 + (choice % 2), 0, second);
  },
  wireType: (_list, _index, field, choice) => void (field.wireType = choice % 8),
  number: (_list, _index, field, choice) =>
    void (field.number = pick([1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 100, 18_999, 2 ** 29 - 1, 2 ** 29, 0], choice)),
  unknown: (list, index, _, choice) => list.splice(index, 0, unknownField(choice)),
  padTag: (_list, _index, field, choice) => void (field.tagPadding = 1 + (choice % 9)),
  padLength: (_list, _index, field, choice) => void (field.lengthPadding = 1 + (choice % 10)),
  padVarint: (_list, _index, field, choice) => void (field.varintPadding = 1 + (choice % 11)),
  integer: (_list, _index, field, choice) => {
    if (typeof field.value === "bigint") field.value = pick(integers, choice);
  },
  wideInteger: (_list, _index, field, choice) => {
    if (typeof field.value !== "bigint") return;
    field.value = pick([2n ** 64n, 2n ** 64n + 5n, 2n ** 69n, 2n ** 70n - 1n, 2n ** 70n, 2n ** 77n], choice);
  },
  length: (_list, _index, field, choice) =>
    void (field.lengthError = pick(
      [1n, -1n, 2n, -2n, 127n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, -1000n],
      choice,
    )),
  packing: (list, index, field, choice) => {
    if (typeof field.value !== "bigint") return;
    const same = list.filter((other) => other.number === field.number && typeof other.value === "bigint");
    const values = same.map((other) => {
      const bytes = encodeWire([other]);
      return bytes.subarray(varint(BigInt(other.number) * 8n).length);
    });
    const extra = choice % 5 === 0 ? [Buffer.from([0x80])] : [];
    list.splice(index, 1, { ...field, wireType: 2, value: Buffer.concat([...values, ...extra]) });
  },
  text: (_list, _index, field, choice) => {
    if (field.wireType === 2 && !Array.isArray(field.value)) field.value = Buffer.from(pick(texts, choice));
  },
  notUtf8: (_list, _index, field, choice) => {
    if (field.wireType !== 2 || Array.isArray(field.value)) return;
    const before = Buffer.from(pick(["", "abc", "x".repeat(60)], choice >> 4));
    field.value = Buffer.concat([before, pick(notUtf8, choice)]);
  },
  bytesLength: (_list, _index, field, choice) => {
    if (field.type === "bytes") field.value = Buffer.alloc(pick([0, 1, 7, 8, 9, 15, 16, 17, 32], choice), 0x61);
  },
  emptied: (_list, _index, field) => {
    if (field.wireType === 2) field.value = Buffer.alloc(0);
  },
  nestValue: (_list, _index, field, choice) => {
    if (field.type !== "AnyValue") return;
    const levels = pick([1, 2, 60, 62, 63, 64, 65, 70, 150, 400], choice);
    for (let level = 0; level < levels; level++) {
      const wrap = wrapped(field.value, (choice + level) % 2 === 0);
      field.value = levels > 2 ? encodeWire(wrap) : wrap;
    }
  },
  nestGroup: (list, index, _, choice) => {
    let group = unknownField(0);
    for (let level = pick([1, 2, 20, 50, 300, 500], choice); level > 0; level--) {
      group = { number: 90, wireType: 3, type: "", value: encodeWire([group]) };
    }
    list.splice(index, 0, group);
  },
  groupEnd: (list, index, _, choice) =>
    list.splice(index, 0, {
      number: 90,
      wireType: 3,
      type: "",
      value: [unknownField(choice)],
      groupEnd: pick([90, 91, 9, 0], choice >> 3),
    }),
};

function wrapped(value: WireField["value"], array: boolean): WireField[] {
  const inner: WireField = { number: array ? 1 : 2, wireType: 2, type: "AnyValue", value };
  const list: WireField[] = array ? [inner] : [{ number: 1, wireType: 2, type: "KeyValue", value: [inner] }];
  return [{ number: array ? 5 : 6, wireType: 2, type: array ? "ArrayValue" : "KeyValueList", value: list }];
}

function unknownField(choice: number): WireField {
  const number = pick([111, 2 ** 20, 2 ** 29 - 1, 19_500], choice >> 3);
  const value = pick([pick(integers, choice), Buffer.from("unknown"), Buffer.alloc(0)], choice >> 5);
  return { number, wireType: pick([0, 1, 2, 5, 3], choice), type: "", value };
}

/** What happens to the bytes, whatever they mean. */
const damages: { readonly [name: string]: (bytes: Buffer, at: number, choice: number) => Buffer } = {
  flip: (bytes, at, choice) => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] as number) ^ (1 << (choice % 8));
    return copy;
  },
  set: (bytes, at, choice) => {
    const copy = Buffer.from(bytes);
    copy[at] = choice & 0xff;
    return copy;
  },
  cut: (bytes, at) => bytes.subarray(0, at),
  remove: (bytes, at, choice) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + (choice % 4))]),
  insert: (bytes, at, choice) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from([choice & 0xff]), bytes.subarray(at)]),
  append: (bytes, _at, choice) => Buffer.concat([bytes, Buffer.from([choice & 0xff, (choice >> 8) & 0xff])]),
  twice: (bytes) => Buffer.concat([bytes, bytes]),
};

interface Base {
  readonly signal: Signal;
  readonly fields: readonly WireField[];
}

/** The messages that cases begin with, the smallest first, so that shrinking goes towards it. */
function bases(seed: number): Base[] {
  const random = new Random(seed);
  const made = signals.flatMap((signal) =>
    Array.from({ length: 150 }, () => ({ signal, fields: randomMessage(random, rootMessage[signal]) })),
  );
  const size = ({ fields }: Base): number => encodeWire(fields).length;
  return made.filter((base) => size(base) > 0).sort((a, b) => size(a) - size(b));
}

/** Valid messages, bent field by field and then damaged byte by byte; a good part of them stays valid. */
export function protobufCases(seed: number): fc.Arbitrary<ProtobufCase> {
  const pool = bases(seed);
  const bend = fc.tuple(fc.constantFrom(...Object.keys(bends)), fc.nat(), fc.nat());
  const damage = fc.tuple(fc.constantFrom(...Object.keys(damages)), fc.nat(), fc.nat());
  return fc
    .tuple(
      fc.nat(pool.length - 1),
      fc.array(bend, { maxLength: 4 }),
      fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(damage, { maxLength: 2 }) }),
    )
    .map(([index, chosen, harm]) => {
      const { signal, fields } = pool[index] as Base;
      const bent = cloneWire(fields);
      for (const [name, at, choice] of chosen) bendOne(bent, bends[name] as Bend, at, choice);
      let bytes = encodeWire(bent);
      for (const [name, at, choice] of harm) {
        if (bytes.length > 0) bytes = damages[name]?.(bytes, at % bytes.length, choice) ?? bytes;
      }
      return { signal, bytes };
    });
}

function bendOne(root: WireField[], bend: Bend, at: number, choice: number): void {
  const places = fieldLists(root).flatMap((list) => list.map((_, index) => ({ list, index })));
  const place = places[at % Math.max(1, places.length)];
  if (place !== undefined) bend(place.list, place.index, place.list[place.index] as WireField, choice);
}
