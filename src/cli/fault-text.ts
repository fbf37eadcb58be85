import type { BrokenScenario, DeclaredFinding } from "../scenario/mutation/broken-scenario.ts";
import type { Fault } from "../scenario/mutation/fault.ts";
import { versionsIn } from "../scenario/mutation/version-range.ts";
import { listVersions } from "../semconv/load.ts";
import type { Spec } from "../semconv/spec.ts";
import { KitError } from "./kit-error.ts";

/**
 * What was broken, and what that must cause in the version that was written.
 * @throws {KitError} when nothing was there to break.
 */
export function faultText(broken: BrokenScenario, fault: Fault, spec: Spec): string {
  const versions = listVersions().map(({ id }) => id);
  const { unbroken } = fault;
  if (unbroken !== undefined) {
    throw new KitError(
      `nothing was broken: no ${unbroken} of what was written in ${spec.id} fits the fault`,
      unbroken === "call"
        ? "This fault is in the ledger: write one with --ledger."
        : `Write more with --traces, or another version: ${versionsWith(broken, versions)}.`,
    );
  }
  const due = broken.findings.filter((finding) => versionsIn(finding.versions, versions).includes(spec.id));
  const { spans, calls } = fault.changed;
  const what = [count(spans, "span"), count(calls, "call")].filter((text) => text !== "").join(" and ");
  const causes = due.length === 0 ? "nothing" : due.map(findingText).join("; ");
  return `Broken: ${what}. In ${spec.id} it must cause ${causes}.\n`;
}

function count(number: number, thing: string): string {
  return number === 0 ? "" : `${number} ${thing}${number === 1 ? "" : "s"}`;
}

function findingText({ rule, level, attribute, path }: DeclaredFinding): string {
  const place = attribute === undefined ? "" : ` (${attribute}${path === undefined ? "" : ` at ${path}`})`;
  return `${level} ${rule}${place}`;
}

function versionsWith({ findings }: BrokenScenario, versions: readonly string[]): string {
  const named = new Set(findings.flatMap((finding) => versionsIn(finding.versions, versions)));
  return versions.filter((id) => named.has(id)).join(", ");
}
