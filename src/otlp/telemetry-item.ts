import { OtlpDecodeError } from "./decode-error.ts";
import type { OtlpRequest } from "./view.ts";

/** What a telemetry file holds, piece by piece: a request to judge, or something that could not be read. */
export type TelemetryItem =
  | { readonly request: OtlpRequest; readonly where: string }
  | { readonly problem: InputProblem };

export interface InputProblem {
  /** The input's name and the line or byte, counted after decompression. */
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  readonly fix: string;
}

/** Reads one piece; what is wrong with it becomes a problem at `where`. */
export function itemOf(
  read: () => OtlpRequest,
  where: string,
  faultWhere: (offset: number | undefined) => string,
): TelemetryItem {
  try {
    return { request: read(), where };
  } catch (error) {
    if (!(error instanceof OtlpDecodeError)) throw error;
    const { expected, actual, fix } = error;
    return { problem: { where: `${faultWhere(error.offset)}: ${error.where}`, expected, actual, fix } };
  }
}
