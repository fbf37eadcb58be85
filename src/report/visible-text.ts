/**
 * Text from telemetry made safe to show: control, formatting (bidirectional overrides, zero-width joiners) and line-separating
 * characters and lone surrogates appear as escapes such as `\u001b`, so they can neither drive a terminal nor disguise a name.
 *
 * The HTML report runs this function in the browser from its own source text, so it may refer to nothing outside itself.
 */
export function visibleText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    if (code === 0x0a) return "\\n";
    if (code === 0x09) return "\\t";
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
