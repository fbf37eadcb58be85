import type { SentSpanRule } from "./rule.ts";
import { sentSpanAltered } from "./sent-span-altered.ts";
import { sentSpanDuplicated } from "./sent-span-duplicated.ts";
import { sentSpanLost } from "./sent-span-lost.ts";
import { sentTraceSplit } from "./sent-trace-split.ts";

/** The rules about spans that a replay sent: they ask nothing of the conventions, only that what was sent arrives. */
export const sentRules: readonly SentSpanRule[] = [sentSpanLost, sentSpanDuplicated, sentSpanAltered, sentTraceSplit];
