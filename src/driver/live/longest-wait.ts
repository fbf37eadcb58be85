/** A person who thinks for hours, a model that takes minutes: where the plan decides, no wait of a live run is longer. */
export const LONGEST_WAIT_MS = 10_000;
