import { parseDocument } from "yaml";
import { ImportError, type Place } from "./import-error.ts";
import { mapOf, type YamlMap } from "./yaml-node.ts";

/** Parses one model file; anchors and aliases are resolved. Throws ImportError when it is not YAML or not a mapping. */
export function readYaml(text: string, place: Place): YamlMap {
  const document = parseDocument(indentOpenQuotes(text));
  const error = document.errors[0];
  if (error !== undefined) {
    const where = error.linePos === undefined ? "" : ` at line ${error.linePos[0].line}`;
    throw new ImportError(
      place,
      `not valid YAML${where} (${error.code})`,
      "Check the file against its upstream commit.",
    );
  }
  return mapOf(document.toJS(), "file", place);
}

/**
 * 1.26.0 and 1.27.0 hold a single-quoted scalar whose further lines stand at their parent's indentation. YAML 1.2 (section 6.1)
 * wants them deeper; upstream's own reader was lenient. Indents exactly such lines.
 */
function indentOpenQuotes(text: string): string {
  let open = false;
  return text
    .split("\n")
    .map((line) => {
      if (open) {
        if (/'\s*$/.test(line)) open = false;
        return `    ${line}`;
      }
      open = /^\s*(?:- )?[\w.]+: '(?:[^']|'')*$/.test(line);
      return line;
    })
    .join("\n");
}
