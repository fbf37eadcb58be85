import type { Replay, ReplayFigures } from "./replay.ts";
export function replaySdk(_replay: Replay): Promise<ReplayFigures> {
  throw new Error("not there");
}
