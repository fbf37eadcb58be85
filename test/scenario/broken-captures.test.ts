import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import type { BrokenScenario, HiddenFinding } from "../../src/scenario/mutation/broken-scenario.ts";
import { semconvPins } from "../real/check-client.ts";
import { captureFile, realClients } from "../real/clients.ts";
import { runName } from "../real/expected-findings.ts";
import { faults, versions } from "./broken-scenarios.ts";
import { generatedTraffic } from "./generated-traffic.ts";
import {
  applyFault,
  judgeFault,
  versionsOf,
  turningPointsOf,
  versionsWithFindings,
  type Traffic,
} from "./judge-fault.ts";

interface Capture {
  /** The runs that sent these spans: line A's and line B's clients often send the same. */
  readonly runs: string[];
  readonly traffic: readonly Traffic[];
}

const captures: readonly Capture[] = (() => {
  const known = new Map<string, Capture>();
  for (const client of realClients) {
    for (const variant of client.variants) {
      const lines = readFileSync(captureFile(client, variant), "utf8").trimEnd().split("\n");
      const requests = lines.filter((line) => line.startsWith('{"resourceSpans"'));
      const traffic = requests.map((request) => ({ request, calls: undefined }));
      const capture = known.get(requests.join("\n")) ?? { runs: [], traffic };
      capture.runs.push(runName(client, variant));
      known.set(requests.join("\n"), capture);
    }
  }
  return [...known.values()];
})();

/** Nobody kept a ledger of what these clients called; what they sent is there. */
function needsCalls({ base, transit, findings }: BrokenScenario): boolean {
  if (base.ledger !== true) return false;
  const ofCalls = ["call-", "span-without-call"];
  return transit === undefined || findings.some(({ rule }) => ofCalls.some((start) => rule.startsWith(start)));
}

/** What each fault did to each capture that has what it breaks. */
const broken = faults.map((fault) => ({
  ...fault,
  captures: captures.flatMap(({ runs, traffic }) => {
    const faulty = needsCalls(fault.broken) ? undefined : applyFault(fault.broken, traffic);
    return faulty === undefined ? [] : [{ runs, traffic: faulty }];
  }),
}));

/** Judging what clients sent is slow, as much is found in it: where there is less time, the versions that say something new. */
function judgedVersions(fault: BrokenScenario): readonly string[] {
  if (process.env["CI"] !== undefined) return versionsOf(fault);
  const telling = new Set([...turningPointsOf(fault), ...semconvPins]);
  return versionsOf(fault).filter((version) => telling.has(version));
}

/** What each fault that may hide findings hid, in the captures and in generated traffic. */
const hidden = new Map<string, Set<HiddenFinding>>(faults.map(({ name }) => [name, new Set()]));

test("in what real clients sent, every fault causes exactly the findings that it declares, and no other changes", () => {
  const wrong: string[] = [];
  let cases = 0;
  for (const { name, broken: scenario, captures: fitting } of broken) {
    for (const { runs, traffic } of fitting) {
      cases++;
      const { missing, unexpected, hides } = judgeFault(scenario, traffic, judgedVersions(scenario));
      for (const each of hides) hidden.get(name)!.add(each);
      wrong.push(...missing.map((id) => `${name} on ${runs.join(", ")} does not cause ${id}`));
      wrong.push(...unexpected.map((id) => `${name} on ${runs.join(", ")} does not declare ${id}`));
    }
  }
  const fitting = broken.filter((fault) => fault.captures.length > 0);
  console.log(
    `${fitting.length} of ${faults.length} faults fit what real clients sent: ${cases} cases (fault × capture), each in up to ${versions.length} versions`,
  );
  expect(wrong).toEqual([]);
}, 240_000);

test("no fault is allowed to hide what it never hides", () => {
  const idle = faults.flatMap(({ name, broken: scenario }) => {
    const { hides = [], base } = scenario;
    if (hides.length === 0) return [];
    for (const version of versionsOf(scenario)) {
      const traffic = applyFault(scenario, generatedTraffic(base.scenario, version, 1));
      if (traffic === undefined) continue;
      for (const each of judgeFault(scenario, traffic, [version]).hides) hidden.get(name)!.add(each);
    }
    return hides.filter((each) => !hidden.get(name)!.has(each)).map((each) => `${name}: ${JSON.stringify(each)}`);
  });
  expect(idle).toEqual([]);
});

test("more than half of the faults fit what real clients sent, and every capture is broken by some", () => {
  expect(broken.filter((fault) => fault.captures.length > 0).length).toBeGreaterThan(faults.length / 2);
  const untouched = captures.filter(
    ({ runs }) => !broken.some((fault) => fault.captures.some((capture) => capture.runs === runs)),
  );
  expect(untouched).toEqual([]);
});

test("every version that a fault speaks of is shown, by generated traffic or by a capture", () => {
  const unshown = broken.flatMap(({ name, broken: scenario, captures: fitting }) => {
    if (fitting.length > 0) return [];
    const base = scenario.base.scenario;
    return versionsWithFindings(scenario)
      .filter((version) => applyFault(scenario, generatedTraffic(base, version, 1)) === undefined)
      .map((version) => `${name} in ${version}`);
  });
  expect(unshown).toEqual([]);
});
