/**
 * The finaliser of MurmurHash3 for 32 bits: a bijection, so that different inputs never meet, in which each input bit moves about
 * half of the output bits. Integer operations only, so that every engine gives the same.
 */
export function mix32(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
