import { mix32 } from "./mix32.ts";

/**
 * The words that ids are made of. A trace id is seed, request number k, a word mixed from (seed, k, place of the trace in the
 * request), and a constant of that place; a span id is a word mixed from (seed, k) and a constant of the span's place.
 *
 * Why no two are the same in a run of fewer than 2³² requests: traces of different requests differ in k itself, spans of different
 * requests in the mixed word (for one seed it is a bijection of k), and those of one request in the constant (a bijection of the
 * place). Why none is all zero: no constant is zero.
 *
 * The right-hand 56 bits of a trace id are what samplers read (https://www.w3.org/TR/trace-context-2/#random-trace-id-flag); the
 * mixed word stands in them, so that a template's traces are not all sampled alike.
 */
export const seedWord = (seed: number): number => mix32(seed ^ 0x9e3779b9);

export const spanWord = (seed: number, k: number): number => mix32((mix32(seed) + k) | 0);

export const traceWord = (seed: number, k: number, trace: number): number =>
  mix32((spanWord(seed, k) ^ Math.imul(trace + 1, 0x9e3779b1)) | 0);

/** The constant in the ids of the trace or span at a place among those of its request. */
export const placeWord = (place: number): number => mix32(place + 1);
