import type { FailOn } from "../result/result.ts";
import { closest } from "../semconv/closest.ts";
import { KitError } from "./kit-error.ts";
import { resolvePins, type Pins } from "./pins.ts";
import { reportTargets, type ReportTarget } from "./reports.ts";

/** Options that check and sink share, as commander hands them over. */
export interface RawRunOptions {
  readonly semconv?: readonly string[];
  readonly failOn: string;
  readonly reporter?: readonly string[];
  readonly json?: true;
  readonly out?: string;
  readonly save?: string;
  readonly verbose?: true;
}

export interface RunOptions {
  readonly pins: Pins;
  readonly failOn: FailOn;
  readonly targets: readonly ReportTarget[];
  readonly save: string | undefined;
  readonly verbose: boolean;
}

/** Well below what one string of Node can hold, so that a body of JSON is never refused for that. */
const MOST_MEGABYTES = 256;

const failOnValues: readonly FailOn[] = ["violation", "improvement", "information", "never"];

/** The bytes of --max-request-mb, before and after decompression. Throws a KitError. */
export function maxRequestBytesOf(megabytes: string): number {
  const number = Number(megabytes);
  if (/^\d{1,4}$/.test(megabytes) && number >= 1 && number <= MOST_MEGABYTES) return number * 1024 * 1024;
  throw new KitError(
    `--max-request-mb: expected whole megabytes, 1 to ${MOST_MEGABYTES}, got "${megabytes}"`,
    "64 is the default; a sink may need eight times as much memory.",
  );
}

/** Checks the options before anything is started. Throws a KitError that names the option. */
export function readRunOptions(raw: RawRunOptions): RunOptions {
  const failOn = failOnValues.find((value) => value === raw.failOn);
  if (failOn === undefined) {
    const near = closest(raw.failOn, failOnValues);
    throw new KitError(
      `--fail-on: unknown level "${raw.failOn}"${near === undefined ? "" : `; did you mean ${near}?`}`,
      `Levels: ${failOnValues.join(", ")}.`,
    );
  }
  const asked = raw.reporter ?? [];
  const reporters = raw.json === true ? [...asked, "json"] : asked;
  return {
    pins: resolvePins(raw.semconv ?? []),
    failOn,
    targets: reportTargets(reporters, raw.out),
    save: raw.save,
    verbose: raw.verbose === true,
  };
}
