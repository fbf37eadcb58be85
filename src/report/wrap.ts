const wide =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\uff01-\uff60]/u;
const combining = /\p{M}/u;

/** Columns a text takes in a terminal: East Asian and emoji characters take two, combining marks none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += combining.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** Pads a text with spaces to a width, at its end or, for numbers, at its start. */
export function pad(text: string, width: number, side: "left" | "right" = "right"): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)));
  return side === "left" ? space + text : text + space;
}

/**
 * Breaks a text into lines of at most `width` columns, at spaces where there are any. A URL is never broken, so that it can
 * still be opened; it may be longer than the line.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const candidate = line === "" ? word : `${line} ${word}`;
    if (displayWidth(candidate) <= width) {
      line = candidate;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    if (/^https?:/.test(word)) continue;
    while (displayWidth(line) > width) {
      const head = fitting(line, width);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  if (line !== "") lines.push(line);
  return lines;
}

function fitting(word: string, width: number): string {
  let head = "";
  let used = 0;
  for (const character of word) {
    used += displayWidth(character);
    // A character wider than the whole line still has to go somewhere.
    if (used > width && head !== "") break;
    head += character;
  }
  return head;
}
