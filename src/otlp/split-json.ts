const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** The lists of a request, from the outermost to that of its items, and what an element of the outer two is. */
const lists: readonly (readonly string[])[] = [
  ["resourceSpans", "scopeSpans", "spans"],
  ["resourceLogs", "scopeLogs", "logRecords"],
  ["resourceMetrics", "scopeMetrics", "metrics"],
];

/**
 * Cuts an Export request in OTLP/JSON into smaller ones of about that many bytes, as split-message.ts does for protobuf. Together
 * they hold every byte of the request but white space and what joins the elements of its lists, so a request is valid just when
 * all of them are. What cannot be cut (it is small, or damaged, or has a key twice) is given as it is.
 */
export function* splitJson(text: Buffer, partBytes: number): Generator<Buffer> {
  const start = afterSpace(text, 0);
  const whole = text.length > partBytes ? membersOf(text, start) : undefined;
  if (whole === undefined || afterSpace(text, whole.end) !== text.length) return yield text;
  for (const [outer, middle, inner] of lists as readonly (readonly [string, string, string])[]) {
    if (!whole.members.some(({ key }) => key === outer)) continue;
    const keys = [outer, middle, inner];
    for (const pieces of splitObject(text, { start, end: whole.end }, keys, partBytes)) yield joined(pieces, text);
    return;
  }
  yield text;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Member extends Range {
  /** As written, without its quotes. */
  readonly key: string;
  readonly value: Range;
}

/** No part is longer than the request, and one that is as long holds all of it: that is not copied. */
function joined(pieces: readonly Buffer[], text: Buffer): Buffer {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return length === text.length ? text : Buffer.concat(pieces, length);
}

/** Each part as the pieces that it is put together from, as an item may be too large to copy it at each level. */
function* splitObject(text: Buffer, object: Range, keys: readonly string[], partBytes: number): Generator<Buffer[]> {
  const bytes = text.subarray(object.start, object.end);
  const [listed, ...below] = keys;
  const members = bytes.length > partBytes ? membersOf(text, object.start)?.members : undefined;
  const lists = members?.filter(({ key }) => key === listed) ?? [];
  const list = lists.length === 1 ? lists[0]?.value : undefined;
  // An empty list has nothing to cut.
  if (members === undefined || list === undefined || text[afterSpace(text, list.start + 1)] === closeBracket) {
    return yield [bytes];
  }
  const context = members
    .filter(({ key }) => key !== listed)
    .flatMap(({ start, end }) => [text.subarray(start, end), Buffer.of(comma)]);
  const head = Buffer.concat([Buffer.of(openBrace), ...context, Buffer.from(`"${listed}":[`)]);
  const tail = Buffer.of(closeBracket, closeBrace);
  const part = (...elements: Buffer[]): Buffer[] => [head, ...elements, tail];
  // Each part repeats the context, so a long one makes for few parts.
  const wanted = Math.max(partBytes, head.length);
  /** Elements that stand side by side, taken with the commas between them. */
  let start = 0;
  let end = 0;
  for (const element of elementsOf(text, list)) {
    // Not a list of values: the decoder says what is wrong.
    if (element === undefined) return yield [bytes];
    const isLarge = below.length > 0 && element.end - element.start > wanted;
    if (!isLarge) {
      if (start === end) start = element.start;
      end = element.end;
    }
    if (end > start && (isLarge || end - start >= wanted)) {
      yield part(text.subarray(start, end));
      start = end;
    }
    if (isLarge) for (const inner of splitObject(text, element, below, wanted)) yield part(...inner);
  }
  if (end > start) yield part(text.subarray(start, end));
}

/** No message has nearly as many; who sends more is not helped. */
const mostMembers = 1000;

/** The members of the object that begins there, and where it ends; undefined when it is none. */
function membersOf(text: Buffer, start: number): { members: Member[]; end: number } | undefined {
  if (text[start] !== openBrace) return undefined;
  const members: Member[] = [];
  let at = afterSpace(text, start + 1);
  if (text[at] === closeBrace) return { members, end: at + 1 };
  for (;;) {
    if (text[at] !== quote) return undefined;
    const keyEnd = endOfString(text, at);
    const colonAt = afterSpace(text, keyEnd);
    if (text[colonAt] !== colon) return undefined;
    const value = valueAt(text, afterSpace(text, colonAt + 1));
    if (value === undefined) return undefined;
    if (members.length === mostMembers) return undefined;
    members.push({ key: text.toString("latin1", at + 1, keyEnd - 1), start: at, end: value.end, value });
    at = afterSpace(text, value.end);
    if (text[at] === closeBrace) return { members, end: at + 1 };
    if (text[at] !== comma) return undefined;
    at = afterSpace(text, at + 1);
  }
}

/** The elements of an array that is not empty; ends with undefined where it is none. */
function* elementsOf(text: Buffer, array: Range): Generator<Range | undefined> {
  if (text[array.start] !== openBracket) return yield undefined;
  for (let at = array.start; text[at] !== closeBracket || at + 1 !== array.end;) {
    if (at > array.start && text[at] !== comma) return yield undefined;
    const element = valueAt(text, afterSpace(text, at + 1));
    yield element;
    if (element === undefined) return;
    at = afterSpace(text, element.end);
  }
}

/** From where a value begins to where its last bracket closes, its string ends or its other characters do. What is within is not looked at. */
function valueAt(text: Buffer, start: number): Range | undefined {
  const { length } = text;
  let depth = 0;
  for (let at = start; at < length;) {
    switch (text[at]) {
      case quote:
        at = endOfString(text, at);
        if (depth === 0) return { start, end: at };
        break;
      case openBrace:
      case openBracket:
        depth++;
        at++;
        break;
      case closeBrace:
      case closeBracket:
        // The end of what holds this value.
        if (depth === 0) return at > start ? { start, end: at } : undefined;
        at++;
        if (--depth === 0) return { start, end: at };
        break;
      case comma:
      case 0x20:
      case 0x0a:
      case 0x0d:
      case 0x09:
        if (depth === 0) return at > start ? { start, end: at } : undefined;
        at++;
        break;
      default:
        at++;
    }
  }
  return undefined;
}

/** Behind the closing quote, or the end of the text. */
function endOfString(text: Buffer, start: number): number {
  const { length } = text;
  for (let at = start + 1; at < length; at++) {
    const byte = text[at];
    if (byte === quote) return at + 1;
    if (byte === backslash) at++;
  }
  return length;
}

function afterSpace(text: Buffer, start: number): number {
  let at = start;
  while (text[at] === 0x20 || text[at] === 0x0a || text[at] === 0x0d || text[at] === 0x09) at++;
  return at;
}
