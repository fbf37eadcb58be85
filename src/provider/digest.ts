import { createHash } from "node:crypto";

/** SHA-256, as many hexadecimal digits of it as asked for, at most 64. */
export function digest(content: string | Uint8Array, digits = 16): string {
  return createHash("sha256").update(content).digest("hex").slice(0, digits);
}

/** A number from 0 to 1, 1 excluded, that depends on the text alone. */
export function fraction(text: string): number {
  return Number.parseInt(digest(text, 12), 16) / 2 ** 48;
}
