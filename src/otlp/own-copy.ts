/** A copy of its own: a slice of a text shares the memory of the whole text for as long as it lives. */
export function ownCopy(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
