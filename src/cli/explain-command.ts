import { rules } from "../rules/index.ts";
import { closest } from "../semconv/closest.ts";
import { newestStable } from "../semconv/load.ts";
import { Spec } from "../semconv/spec.ts";
import { KitError } from "./kit-error.ts";
import { print } from "./reports.ts";

/** Prints what a rule asks for; without an id, one line for each rule. */
export async function explain(id: string | undefined): Promise<void> {
  if (id === undefined) {
    const width = Math.max(...rules.map((rule) => rule.meta.id.length));
    await print(rules.map((rule) => `${rule.meta.id.padEnd(width)}  ${rule.meta.title}\n`).join(""));
    return;
  }
  const rule = rules.find((candidate) => candidate.meta.id === id);
  if (rule === undefined) {
    const near = closest(
      id,
      rules.map((candidate) => candidate.meta.id),
    );
    throw new KitError(
      `unknown rule "${id}"${near === undefined ? "" : `; did you mean ${near}?`}`,
      "genai-testkit explain lists all rules.",
    );
  }
  const { meta } = rule;
  const weaver = meta.weaver === null ? "nothing like it" : `${meta.weaver.id} (${meta.weaver.level})`;
  await print(
    [
      meta.id,
      "",
      `  Holds:   ${meta.title}.`,
      `  Level:   ${meta.levels.join(", ")}`,
      `  Why:     ${meta.why}`,
      `  To do:   ${meta.fix}`,
      `  Clause:  ${meta.clause(new Spec(newestStable()))}`,
      `  Weaver:  ${weaver}`,
      "",
    ].join("\n"),
  );
}
