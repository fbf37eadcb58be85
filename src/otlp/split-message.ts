import { lengthDelimitedHeader, wireFields, type WireField } from "./wire-fields.ts";

/** Pieces that a part is put together from, and that its context may have; who sends more than this is not helped. */
const mostPieces = 1000;

/**
 * Cuts an Export request into smaller ones of about that many bytes, each with the resource, scope and schema URLs of its items, so
 * that a large one need not be decoded at once. All three signals have the same shape down to the item: field 1 lists resources,
 * their field 2 scopes, and theirs the items. What cannot be cut (it is small, or damaged) is given as it is.
 */
export function* splitMessage(message: Buffer, partBytes: number): Generator<Buffer> {
  for (const pieces of split(message, 1, partBytes)) {
    // No part is longer than the message, and one that is as long holds all of it.
    yield totalLength(pieces) === message.length ? message : Buffer.concat(pieces);
  }
}

/** Each part as the pieces that it is put together from, as an item may be too large to copy it at each level. */
function* split(message: Buffer, level: 1 | 2 | 3, partBytes: number): Generator<Buffer[]> {
  const listed = level === 1 ? 1 : 2;
  const context = message.length > partBytes ? contextOf(message, listed) : undefined;
  if (context === undefined) return yield [message];
  // Each part repeats the context, so a long one makes for few parts.
  const wanted = Math.max(partBytes, context.length);
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  /** Items that stand side by side, taken as one piece. */
  let start = 0;
  let end = 0;
  const endPiece = (): void => {
    if (end > start) pending.push(message.subarray(start, end));
    start = end;
  };
  const part = (): Buffer[] => {
    endPiece();
    const pieces = [context, ...pending];
    pending = [];
    pendingBytes = 0;
    return pieces;
  };
  for (const field of wireFields(message)) {
    if (field === undefined || !isItem(field, listed)) continue;
    if (level !== 3 && field.end - field.content > wanted) {
      if (pendingBytes > 0) yield part();
      for (const inner of split(message.subarray(field.content, field.end), level === 1 ? 2 : 3, wanted)) {
        yield [context, lengthDelimitedHeader(listed, totalLength(inner)), ...inner];
      }
      continue;
    }
    if (field.start !== end) {
      endPiece();
      start = field.start;
    }
    end = field.end;
    pendingBytes += field.end - field.start;
    if (pendingBytes >= wanted || pending.length >= mostPieces) yield part();
  }
  if (pendingBytes > 0) yield part();
}

function totalLength(pieces: readonly Buffer[]): number {
  return pieces.reduce((length, piece) => length + piece.length, 0);
}

const isItem = (field: WireField, listed: number): boolean => field.number === listed && field.wireType === 2;

/** All fields but the items; undefined for a message that is damaged, has no items, or too much beside them. */
function contextOf(message: Buffer, listed: number): Buffer | undefined {
  const pieces: Buffer[] = [];
  let items = 0;
  for (const field of wireFields(message)) {
    if (field === undefined || pieces.length > mostPieces) return undefined;
    if (isItem(field, listed)) items++;
    else pieces.push(message.subarray(field.start, field.end));
  }
  return items === 0 ? undefined : Buffer.concat(pieces);
}
