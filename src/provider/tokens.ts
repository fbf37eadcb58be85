/** A fake provider's token is four UTF-16 units of text, a begun one counted. */
export const UNITS_PER_TOKEN = 4;

export function countTokens(text: string): number {
  return Math.ceil(text.length / UNITS_PER_TOKEN);
}

/** What a part of a message that is no text (an image, a file) counts, whatever its size. */
export const TOKENS_OF_OTHER_PART = 100;
