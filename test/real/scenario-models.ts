/**
 * The model of each scenario, a name of its own, so that a span of an instrumentation (whose name carries the model) tells which scenario
 * it belongs to.
 */
export const scenarioModels = {
  "plain chat": "gpt-4o-mini",
  "two choices": "gpt-4o",
  "tool loop": "gpt-4.1",
  streaming: "gpt-4.1-mini",
  "stream left early": "gpt-4.1-nano",
  "rate limited": "o4-mini",
  embeddings: "text-embedding-3-small",
} as const;
