/** Longer strings are hardly ever attribute keys or enum values, and comparing them byte by byte costs more than decoding. */
const maxLength = 48;
const slots = 4096;

const strings: (string | undefined)[] = Array.from({ length: slots }, () => undefined);

/**
 * The string that these bytes spell, the same object for the same bytes, or undefined when it is too long or not ASCII. Telemetry
 * repeats the same few hundred keys and enum values: finding one here is cheaper than decoding it, and as the engine has them
 * internalised, comparing one with a literal is comparing pointers. Direct-mapped, so hostile keys only cost their own decoding.
 */
export function shortString(bytes: Buffer, start: number, end: number): string | undefined {
  const length = end - start;
  if (length > maxLength) return undefined;
  let hash = length;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
  const slot = (hash ^ (hash >>> 15)) & (slots - 1);
  const known = strings[slot];
  if (known !== undefined && known.length === length && spells(known, bytes, start)) return known;
  for (let at = start; at < end; at++) if ((bytes[at] as number) > 0x7f) return undefined;
  const fresh = internalised(bytes.toString("latin1", start, end));
  strings[slot] = fresh;
  return fresh;
}

function spells(text: string, bytes: Buffer, start: number): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}

/** A property name is always internalised by the engine; reading it back gives that very string. */
function internalised(text: string): string {
  return Object.keys({ [text]: true })[0] ?? text;
}
