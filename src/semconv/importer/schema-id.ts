/** Identifies our schemas; nothing is ever fetched from it. */
const BASE = "https://otel-genai-testkit.dev/specs/";

/** The `$id` of a file under specs/. */
export function schemaId(path: string): string {
  return BASE + path;
}
