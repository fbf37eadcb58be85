import { checkLogIds, checkMetricIds, checkTraceIds } from "./check-ids.ts";
import { OtlpDecodeError } from "./decode-error.ts";
import { DecodeAllowance } from "./decode-limits.ts";
import { messageType } from "./message-types.ts";
import type { LogsData, MetricsData, TracesData } from "./model.ts";
import { logsRequest, metricsRequest, tracesRequest } from "./object-view.ts";
import { StrictReader } from "./strict-reader.ts";
import type { LogsRequest, MetricsRequest, OtlpRequest, Signal, TraceRequest } from "./view.ts";

/**
 * Decodes one Export{Trace,Logs,Metrics}ServiceRequest (or TracesData, LogsData, MetricsData: the same bytes) in OTLP protobuf.
 * The request reads the bytes in place (ids, bytes values), so they must not change while it is used.
 *
 * @param allowance what this may decode to; tells afterwards how much it was
 * @throws {OtlpDecodeError} for anything that is not exactly such a message: cut short, a wrong length, a varint of more than 64
 * bits, text that is not UTF-8, values nested deeper than 64, ids of a wrong length. Unknown fields are ignored.
 */
export function decodeProtobuf(signal: "traces", bytes: Uint8Array, allowance?: DecodeAllowance): TraceRequest;
export function decodeProtobuf(signal: "logs", bytes: Uint8Array, allowance?: DecodeAllowance): LogsRequest;
export function decodeProtobuf(signal: "metrics", bytes: Uint8Array, allowance?: DecodeAllowance): MetricsRequest;
export function decodeProtobuf(signal: Signal, bytes: Uint8Array, allowance?: DecodeAllowance): OtlpRequest;
export function decodeProtobuf(signal: Signal, bytes: Uint8Array, allowance = new DecodeAllowance()): OtlpRequest {
  switch (signal) {
    case "traces": {
      const data = decodeMessage("ExportTraceServiceRequest", bytes, allowance) as TracesData;
      checkTraceIds(data);
      return tracesRequest(data);
    }
    case "logs": {
      const data = decodeMessage("ExportLogsServiceRequest", bytes, allowance) as LogsData;
      checkLogIds(data);
      return logsRequest(data);
    }
    case "metrics": {
      const data = decodeMessage("ExportMetricsServiceRequest", bytes, allowance) as MetricsData;
      checkMetricIds(data);
      return metricsRequest(data);
    }
  }
}

function decodeMessage(name: string, bytes: Uint8Array, allowance: DecodeAllowance): unknown {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = new StrictReader(buffer, allowance);
  try {
    return messageType(name).decode(reader as never);
  } catch (error) {
    if (error instanceof OtlpDecodeError || !(error instanceof Error)) throw error;
    throw asDecodeError(error, reader, name);
  }
}

function asDecodeError(error: Error, reader: StrictReader, name: string): OtlpDecodeError {
  const short = error instanceof RangeError;
  return new OtlpDecodeError({
    where: `OTLP protobuf (${name})`,
    expected: short ? "the rest of a field" : "protobuf wire format",
    actual: short ? "the end of the data, or of the message that holds it" : error.message,
    fix: short
      ? "The data is cut short, or its lengths are wrong; send the whole message."
      : "The bytes are damaged or are not OTLP protobuf; send an unaltered Export request.",
    offset: Math.min(reader.pos, reader.buf.length),
  });
}
