import type { ExportResult } from "@opentelemetry/core";
import type { Delivery } from "../deliver.ts";
import { failed } from "../reply.ts";
import { exportFailure } from "./export-failure.ts";
import type { Heard } from "./exporter-log.ts";

const SHORTEST_RETRY_MS = 800;

/** What became of an export, as far as the SDK's exporter tells. @param tookMs how long it took @param heard what its log said */
export function exportDelivery({ code, error }: ExportResult, tookMs: number, heard: Heard): Delivery {
  const { rejectedSpans, message, nonsense } = heard;
  if (code !== 0) return notAcknowledged(exportFailure(error));
  if (nonsense !== undefined) return notAcknowledged(failed("nonsense", `an answer that is no OTLP: ${nonsense}`));
  // An exporter that sends again waits for four fifths of a second at least; then an attempt before may have been taken too.
  return { acknowledged: true, rejectedSpans, message, failures: [], unsure: tookMs >= SHORTEST_RETRY_MS };
}

function notAcknowledged(failure: Delivery["failures"][number]): Delivery {
  const unsure = failure.kind !== "unreachable" && failure.kind !== "refused";
  return { acknowledged: false, rejectedSpans: 0, message: "", failures: [failure], unsure };
}
