import type { ExportResult } from "@opentelemetry/core";
import type { Delivery } from "../deliver.ts";
import { exportFailure } from "./export-failure.ts";

const SHORTEST_RETRY_MS = 800;

/** What became of an export, as far as the SDK's exporter tells. @param tookMs how long it took */
export function exportDelivery({ code, error }: ExportResult, tookMs: number): Delivery {
  const acknowledged = code === 0;
  const failures = acknowledged ? [] : [exportFailure(error)];
  // An exporter that sends again waits for four fifths of a second at least; then an attempt before may have been taken too.
  const unsure = acknowledged
    ? tookMs >= SHORTEST_RETRY_MS
    : failures.some(({ kind }) => kind !== "unreachable" && kind !== "refused");
  return { acknowledged, rejectedSpans: 0, message: "", failures, unsure };
}
