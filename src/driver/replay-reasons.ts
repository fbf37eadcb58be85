import type { FailureKind } from "./reply.ts";
import type { ReplayFigures } from "./replay.ts";

/** Why a run does not show what it was meant to show. */
export interface ReplayReason {
  readonly code:
    | "stopped"
    | "nothing-acknowledged"
    | "not-acknowledged"
    | "rejected"
    | "dropped"
    | "dropped-by-sdk"
    | "not-as-planned";
  readonly message: string;
  readonly fix: string;
}

const fixes: { readonly [kind in FailureKind]: string } = {
  unreachable:
    "Start the target, and compare --to with the address and port that it listens on, and http:// with https://.",
  broken: "Look into the target's log for why it closed connections: a restart, a crash, a limit of a proxy.",
  timeout: "Look whether the target is stuck or overloaded; --timeout gives it longer, a lower --rate less to do.",
  busy: "Lower --rate, or give the target more room: it said that it could not take more at the time.",
  refused:
    "Read what it said: a token may be missing (--header), the path may be another one, or the requests too large (--batch).",
  nonsense: "Compare --to and --protocol with what listens there: it answered, but not as OTLP does.",
};

/** None when every span that was to be sent was acknowledged. @param stopped why the run was broken off */
export function replayReasons(figures: ReplayFigures, stopped: string | undefined): ReplayReason[] {
  const { spans, failures, pace, unit } = figures;
  const reasons: ReplayReason[] = [];
  const [worst] = failures;
  const fix = worst === undefined ? "Run it again, and to its end." : fixes[worst.kind];
  if (stopped !== undefined)
    reasons.push({ code: "stopped", message: `The run ended before its time: ${stopped}.`, fix });
  // What was broken off before anything was sent says nothing of the target.
  if (spans.acknowledged === 0 && (stopped === undefined || spans.sent > 0)) {
    reasons.push({ code: "nothing-acknowledged", message: "The target acknowledged no span.", fix });
  } else if (spans.lost + spans.unsure > 0) {
    const unsure = spans.unsure > 0 ? `; it may have taken ${number(spans.unsure)} of them all the same` : "";
    reasons.push({
      code: "not-acknowledged",
      message: `${counted(spans.lost + spans.unsure, "span")} of ${number(spans.sent)} sent ${spans.lost + spans.unsure === 1 ? "was" : "were"} never acknowledged${unsure}.`,
      fix,
    });
  }
  if (spans.rejected > 0) {
    const said = figures.rejection === "" ? "" : `, saying "${figures.rejection.slice(0, 200)}"`;
    reasons.push({
      code: "rejected",
      message: `The target rejected ${counted(spans.rejected, "span")} of requests that it acknowledged (partial success)${said}.`,
      fix: "Look up in the target's log or limits why it does not take them.",
    });
  }
  if (pace.dropped > 0 && stopped === undefined) {
    reasons.push({
      code: "dropped",
      message: `${counted(pace.dropped, unit)} of ${number(pace.arrived)} ${pace.dropped === 1 ? "was" : "were"} never sent: the target, or this machine, did not keep up with what was offered.`,
      fix: "Lower --rate, raise --in-flight, or read the achieved rate as what the target can take.",
    });
  }
  if (figures.droppedSpans > 0) {
    reasons.push({
      code: "dropped-by-sdk",
      message: `${counted(figures.droppedSpans, "span")} never left the SDK: its queue was full, or its last export did not end.`,
      fix: "Lower --rate: a service with this SDK and its default queue loses spans at this one.",
    });
  }
  if (figures.live !== undefined && figures.live.deviations > 0 && stopped === undefined) {
    reasons.push({
      code: "not-as-planned",
      message: `${counted(figures.live.deviations, "thing")} went otherwise than planned: ${figures.live.firstDeviation}.`,
      fix: "Lower --rate or --speed: services that have no time for what they do run into limits of their own.",
    });
  }
  return reasons;
}

const number = (value: number): string => value.toLocaleString("en");
const counted = (value: number, what: string): string => `${number(value)} ${what}${value === 1 ? "" : "s"}`;
