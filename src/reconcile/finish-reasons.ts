/** Spellings of the same reason: the providers' own, and the ones that the conventions' message schemas have. */
const spellings: readonly (readonly string[])[] = [
  ["stop", "end_turn", "stop_sequence", "completed"],
  ["length", "max_tokens", "max_output_tokens", "incomplete"],
  ["tool_call", "tool_calls", "tool_use", "function_call"],
  ["content_filter", "safety", "refusal"],
];

const classes = new Map(spellings.flatMap((names) => names.map((name) => [name, names[0]!] as const)));

/**
 * The conventions ask for the reasons of all choices and leave open whether they are spelt as the provider does or as in message content; the
 * order is that of the choices, which a stream may end in any order.
 */
export function sameFinishReasons(said: readonly string[], told: readonly string[]): "yes" | "no" | "open" {
  const classesOf = (reasons: readonly string[]): string[] =>
    reasons.map((reason) => classes.get(reason.toLowerCase()) ?? reason.toLowerCase()).toSorted();
  if (classesOf(said).join() === classesOf(told).join()) return "yes";
  if (said.length !== told.length) return "no";
  // A reason of the provider's own may be called anything.
  return told.every((reason) => classes.has(reason.toLowerCase())) ? "no" : "open";
}
