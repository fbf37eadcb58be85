/** The words of a text, each with the blank after it: what one event of a stream says. */
export function words(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\s)(?=\S)/);
}
