/** Longer strings are hardly ever attribute keys or field names, and comparing them byte by byte costs more than decoding. */
const maxLength = 48;
const slots = 4096;

const strings: (string | undefined)[] = Array.from({ length: slots }, () => undefined);
/** Whether a slot's string was found again, and is now the engine's own. */
const internal = new Uint8Array(slots);

/**
 * The string that these bytes spell, the same object for the same bytes, or undefined when it is too long or not ASCII. Telemetry
 * repeats the same few hundred keys: finding one here is cheaper than decoding it, and comparing it with a literal is comparing
 * pointers. Direct-mapped and of fixed size, so keys that never repeat cost no more than their own decoding.
 */
export function shortString(bytes: Buffer, start: number, end: number): string | undefined {
  const length = end - start;
  if (length > maxLength) return undefined;
  let hash = length;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
  const slot = (hash ^ (hash >>> 15)) & (slots - 1);
  const known = strings[slot];
  if (known !== undefined && known.length === length && spells(known, bytes, start)) {
    return internal[slot] === 1 ? known : keep(slot, known);
  }
  for (let at = start; at < end; at++) if ((bytes[at] as number) > 0x7f) return undefined;
  const fresh = bytes.toString("latin1", start, end);
  strings[slot] = fresh;
  internal[slot] = 0;
  return fresh;
}

function spells(text: string, bytes: Buffer, start: number): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}

/** The engine has one string for each property name, and reading the name back gives that very one. It is slow: repeated keys only. */
function keep(slot: number, text: string): string {
  const own = Object.keys({ [text]: true })[0] ?? text;
  strings[slot] = own;
  internal[slot] = 1;
  return own;
}
