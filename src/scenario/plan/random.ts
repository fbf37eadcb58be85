/**
 * Randomness without state: a draw is a hash of a key and of what it is for, so that any trace, step or attempt can be drawn without
 * those before it. 32-bit integer arithmetic only, which every engine does alike.
 */

/** A key of 32 bits out of a key and a number below it (an index, an attempt, a purpose). Different numbers give different keys. */
export function mix(key: number, number: number): number {
  let hash = (key ^ Math.imul(number + 0x9e3779b9, 0x85ebca6b)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A number above 0 and below 1. */
export function draw(key: number, purpose: number): number {
  return (mix(key, purpose) + 0.5) / 4294967296;
}

/** What a draw of a step is for; a step draws for each of them at most once. */
export const purposes = {
  latency: 101,
  input: 102,
  output: 103,
  firstChunk: 104,
  error: 105,
  outage: 106,
  found: 107,
  choice: 108,
  times: 109,
  until: 110,
  jitter: 111,
  cancelled: 112,
  cancelAfter: 113,
  think: 114,
  refusal: 115,
} as const;
