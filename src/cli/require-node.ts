import { KitError } from "./kit-error.ts";

const NEEDED: readonly [major: number, minor: number] = [22, 18];

/** Throws a KitError when this Node lacks what the program uses (package.json's engines), before an import fails on it. */
export function requireNode(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  throw new KitError(
    `otel-genai-testkit needs Node ${NEEDED.join(".")} or later, and this is Node ${version} (${process.execPath})`,
    "Install a newer Node, or run it on one: npx -p node@24 -p otel-genai-testkit otel-genai-testkit check …",
  );
}
