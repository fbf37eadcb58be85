import { build, type Histogram } from "hdr-histogram-js";

export interface LatencySummary {
  readonly count: number;
  /** Milliseconds, to three significant digits. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** A histogram of durations of constant size: microseconds to hours, to three significant digits. */
export class Latencies {
  readonly #histogram: Histogram = build({ highestTrackableValue: 3.6e9, numberOfSignificantValueDigits: 3 });

  record(ms: number): void {
    this.#histogram.recordValue(Math.max(0, Math.round(ms * 1000)));
  }

  /** Undefined where nothing was recorded. */
  summary(): LatencySummary | undefined {
    const histogram = this.#histogram;
    if (histogram.totalCount === 0) return undefined;
    // A bucket answers with its upper end, which may lie above all that was recorded.
    const at = (percentile: number): number =>
      Math.min(histogram.getValueAtPercentile(percentile), histogram.maxValue) / 1000;
    return {
      count: histogram.totalCount,
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max: histogram.maxValue / 1000,
    };
  }
}
