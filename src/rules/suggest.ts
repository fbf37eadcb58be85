import type { Spec } from "../semconv/spec.ts";

/**
 * Looking for the closest word is slow, and of one rule's findings at most 200 are shown: a sender with more words that nobody
 * defines than this has not misspelt them but made them up, and gets no suggestion for the rest.
 */
const MOST_WORDS = 1000;
/** No word that anybody defines is longer. */
const LONGEST_WORD = 200;

const known = new WeakMap<Spec, Map<string, unknown>>();

/**
 * What `find` suggests for a word, found once however often the word comes.
 *
 * @param word with what it belongs to, such as the attribute of an enum value
 */
export function suggestOnce<Suggestion>(
  spec: Spec,
  word: string,
  find: () => Suggestion | undefined,
): Suggestion | undefined {
  let words = known.get(spec);
  if (words === undefined) known.set(spec, (words = new Map()));
  if (!words.has(word)) {
    if (words.size >= MOST_WORDS || word.length > LONGEST_WORD) return undefined;
    words.set(word, find());
  }
  return words.get(word) as Suggestion | undefined;
}
