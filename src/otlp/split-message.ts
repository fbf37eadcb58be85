import { lengthDelimited, wireFields, type WireField } from "./wire-fields.ts";

/**
 * Cuts an Export request into smaller ones of about that many bytes, each with the resource, scope and schema URLs of its items, so
 * that a large one need not be decoded at once. All three signals have the same shape down to the item: field 1 lists resources,
 * their field 2 scopes, and theirs the items. What cannot be cut (it is small, or damaged) is given as it is.
 */
export function* splitMessage(message: Buffer, partBytes: number): Generator<Buffer> {
  yield* split(message, 1, partBytes);
}

function* split(message: Buffer, level: 1 | 2 | 3, partBytes: number): Generator<Buffer> {
  const listed = level === 1 ? 1 : 2;
  const isItem = (field: WireField): boolean => field.number === listed && field.wireType === 2;
  const fields = message.length > partBytes ? wholeFields(message) : undefined;
  if (fields === undefined || !fields.some(isItem)) return yield message;
  const context = Buffer.concat(
    fields.filter((field) => !isItem(field)).map(({ start, end }) => message.subarray(start, end)),
  );
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for (const field of fields.filter(isItem)) {
    const parts =
      level === 3
        ? [message.subarray(field.start, field.end)]
        : splitField(message.subarray(field.content, field.end), listed, level === 1 ? 2 : 3, partBytes);
    for (const part of parts) {
      pending.push(part);
      pendingBytes += part.length;
      if (pendingBytes < partBytes) continue;
      yield Buffer.concat([context, ...pending]);
      pending = [];
      pendingBytes = 0;
    }
  }
  if (pendingBytes > 0) yield Buffer.concat([context, ...pending]);
}

function* splitField(content: Buffer, number: number, level: 2 | 3, partBytes: number): Generator<Buffer> {
  for (const part of split(content, level, partBytes)) yield lengthDelimited(number, part);
}

function wholeFields(message: Buffer): WireField[] | undefined {
  const fields: WireField[] = [];
  for (const field of wireFields(message)) {
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return fields;
}
