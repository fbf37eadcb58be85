import type { FaultEffect } from "./fault.ts";
import type { ScriptTurn } from "./script.ts";

/** How a call is answered that somebody planned. */
export interface PlannedAnswer {
  /** How long it takes, and what goes wrong; empty for nothing. */
  readonly effect: FaultEffect;
  /** Of the reply, without the prefix that the API gives it. */
  readonly id: string;
  readonly turn: ScriptTurn;
}
