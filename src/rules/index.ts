import { attributeType } from "./attribute-type.ts";
import { callChoiceCount } from "./call-choice-count.ts";
import { callError } from "./call-error.ts";
import { callFinishReasons } from "./call-finish-reasons.ts";
import { callModel } from "./call-model.ts";
import { callParameters } from "./call-parameters.ts";
import { callResponseId } from "./call-response-id.ts";
import { callServer } from "./call-server.ts";
import { callStreaming } from "./call-streaming.ts";
import { callTokens } from "./call-tokens.ts";
import { callTraceparent } from "./call-traceparent.ts";
import { callWithTwoSpans } from "./call-with-two-spans.ts";
import { callWithoutSpan } from "./call-without-span.ts";
import { conditionallyRequiredAttributeMissing } from "./conditionally-required-attribute-missing.ts";
import { deprecatedAttribute } from "./deprecated-attribute.ts";
import { deprecatedEnumValue } from "./deprecated-enum-value.ts";
import { errorTypeStatus } from "./error-type-status.ts";
import { messagePart } from "./message-part.ts";
import { messageSchema } from "./message-schema.ts";
import { metricNameAsAttribute } from "./metric-name-as-attribute.ts";
import { recommendedAttributeMissing } from "./recommended-attribute-missing.ts";
import { requiredAttributeMissing } from "./required-attribute-missing.ts";
import type { Rule } from "./rule.ts";
import { sentSpanAltered } from "./sent-span-altered.ts";
import { sentSpanDuplicated } from "./sent-span-duplicated.ts";
import { sentSpanLost } from "./sent-span-lost.ts";
import { sentTraceSplit } from "./sent-trace-split.ts";
import { serviceName } from "./service-name.ts";
import { spanKind } from "./span-kind.ts";
import { spanName } from "./span-name.ts";
import { spanType } from "./span-type.ts";
import { spanWithoutCall } from "./span-without-call.ts";
import { statusOk } from "./status-ok.ts";
import { unknownAttribute } from "./unknown-attribute.ts";
import { unknownEnumValue } from "./unknown-enum-value.ts";
import { zeroIds } from "./zero-ids.ts";

/**
 * All rules, in the order a reader meets them: what the span is, what it must have, what it has, what it says; then, where a
 * ledger tells what happened, whether it is true, and whether what was sent arrived.
 */
export const rules: readonly Rule[] = [
  spanType,
  spanKind,
  spanName,
  requiredAttributeMissing,
  conditionallyRequiredAttributeMissing,
  recommendedAttributeMissing,
  unknownAttribute,
  deprecatedAttribute,
  metricNameAsAttribute,
  attributeType,
  unknownEnumValue,
  deprecatedEnumValue,
  errorTypeStatus,
  statusOk,
  messageSchema,
  messagePart,
  serviceName,
  zeroIds,
  callWithoutSpan,
  callWithTwoSpans,
  spanWithoutCall,
  callModel,
  callTokens,
  callFinishReasons,
  callStreaming,
  callChoiceCount,
  callResponseId,
  callError,
  callServer,
  callParameters,
  callTraceparent,
  sentSpanLost,
  sentSpanDuplicated,
  sentSpanAltered,
  sentTraceSplit,
];
