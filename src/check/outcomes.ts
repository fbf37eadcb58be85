/** How often a rule said what, for one version. */
export interface OutcomeCounts {
  pass: number;
  fail: number;
  cannotTell: number;
  notApplicable: number;
  error: number;
}

export function noOutcomes(): OutcomeCounts {
  return { pass: 0, fail: 0, cannotTell: 0, notApplicable: 0, error: 0 };
}

/** Adds `times` repetitions of `added`. */
export function addOutcomes(to: OutcomeCounts, added: OutcomeCounts, times: number): void {
  to.pass += added.pass * times;
  to.fail += added.fail * times;
  to.cannotTell += added.cannotTell * times;
  to.notApplicable += added.notApplicable * times;
  to.error += added.error * times;
}
