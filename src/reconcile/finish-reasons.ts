import type { LedgerApi } from "../ledger/ledger.ts";

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
export function sameFinishReasons(
  said: readonly string[],
  told: readonly string[],
  api: LedgerApi,
): "yes" | "no" | "open" {
  const classesOf = (reasons: readonly string[]): string[] =>
    reasons.map((reason) => classes.get(reason.toLowerCase()) ?? reason.toLowerCase()).toSorted();
  if (classesOf(said).join() === classesOf(told).join()) return "yes";
  if (said.length !== told.length) return "no";
  // The name of an enum's member holds what its value is.
  if (told.every((reason) => said.some((name) => endsIn(name, reason)))) return "open";
  // Gemini tells no other reason where it calls a tool, and message content has one.
  if (api === "gemini.generate_content" && classesOf(said).every((name) => name === "tool_call" || name === "stop")) {
    return told.every((reason) => classes.get(reason.toLowerCase()) === "stop") ? "open" : "no";
  }
  // A reason of the provider's own may be called anything.
  return told.every((reason) => classes.has(reason.toLowerCase())) ? "no" : "open";
}

/** As in `FinishReason.STOP` or `FINISH_REASON_STOP`. */
function endsIn(name: string, reason: string): boolean {
  const [whole, end] = [name.toLowerCase(), reason.toLowerCase()];
  return whole.endsWith(`.${end}`) || whole.endsWith(`_reason_${end}`);
}
