import { randomInt } from "node:crypto";

import { describe, expect, test } from "vitest";

import { rules } from "../../src/rules/index.ts";
import { faults, versions, type NamedFault } from "./broken-scenarios.ts";
import { generatedTraffic } from "./generated-traffic.ts";
import { applyFault, judgeFault, versionsOf, type FaultVerdict } from "./judge-fault.ts";
import { PrecisionRecall } from "./precision-recall.ts";

/** CI breaks other traffic each time; GENAI_TESTKIT_SEED repeats what it broke. */
function seeds(): readonly number[] {
  const given = process.env["GENAI_TESTKIT_SEED"];
  if (given !== undefined) return [Number(given)];
  return process.env["CI"] === undefined ? [1] : [1, randomInt(2 ** 32)];
}

function judge({ broken }: NamedFault, seed: number): { readonly version: string; readonly verdict: FaultVerdict }[] {
  return versionsOf(broken).flatMap((version) => {
    const traffic = applyFault(broken, generatedTraffic(broken.base.scenario, version, seed));
    return traffic === undefined ? [] : [{ version, verdict: judgeFault(broken, traffic, [version]) }];
  });
}

describe.each(seeds())("generated traffic, seed %i", (seed) => {
  test("every fault causes exactly the findings that it declares: precision and recall of every rule are 1", () => {
    const table = new PrecisionRecall(rules.map(({ meta }) => meta.id));
    const wrong: string[] = [];
    let cases = 0;
    for (const fault of faults) {
      const verdicts = judge(fault, seed).map(({ verdict }) => verdict);
      cases += verdicts.length;
      table.add(verdicts);
      for (const { missing, unexpected } of verdicts) {
        wrong.push(...missing.map((id) => `${fault.name} does not cause ${id}`));
        wrong.push(...unexpected.map((id) => `${fault.name} does not declare ${id}`));
      }
    }
    const harmless = faults.filter(({ broken }) => broken.findings.length === 0).length;
    console.log(
      `${faults.length} faults (${harmless} must cause nothing) in ${cases} cases (fault × version), seed ${seed}\n${table.toString()}`,
    );
    expect(wrong).toEqual([]);
    expect(table.imperfect()).toEqual([]);
  }, 240_000);

  test("every fault finds what it breaks in its own base", () => {
    const idle = faults.filter(
      ({ broken }) =>
        !versions.some(
          (version) => applyFault(broken, generatedTraffic(broken.base.scenario, version, seed)) !== undefined,
        ),
    );
    expect(idle.map(({ name }) => name)).toEqual([]);
  });
});

describe("the faults", () => {
  test("stand in the folders of the rules, and cause a finding of that rule, or none of any", () => {
    const astray = faults.filter(
      ({ rule, broken }) => broken.findings.length > 0 && !broken.findings.some((finding) => finding.rule === rule),
    );
    expect(astray.map(({ name }) => name)).toEqual([]);
    const ids = rules.map(({ meta }) => meta.id);
    expect(faults.filter(({ rule }) => !ids.includes(rule)).map(({ name }) => name)).toEqual([]);
    const unknown = faults.flatMap(({ name, broken }) =>
      [...broken.findings, ...(broken.hides ?? [])]
        .filter(({ rule }) => !ids.includes(rule))
        .map(({ rule }) => `${name}: ${rule}`),
    );
    expect(unknown).toEqual([]);
  });

  test("show every rule, and every level that it can report", () => {
    const declared = rules.map(({ meta }) => [meta.id, [...meta.levels].toSorted()]);
    const shown = rules.map(({ meta }) => {
      const own = faults.filter(({ rule }) => rule === meta.id).flatMap(({ broken }) => broken.findings);
      return [meta.id, [...new Set(own.filter(({ rule }) => rule === meta.id).map(({ level }) => level))].toSorted()];
    });
    expect(shown).toEqual(declared);
  });
});
