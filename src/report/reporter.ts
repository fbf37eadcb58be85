import type { Result } from "../result/result.ts";

/** Turns a Result into the whole text of a report. Pure: the same Result and options give the same text. */
export type Reporter = (result: Result, options: ReportOptions) => string;

export interface ReportOptions {
  /** Columns a line may have; only reports for a terminal wrap. */
  readonly width: number;
  /** Whether ANSI colours may be used. Meaning never hangs on them. */
  readonly colour: boolean;
  /** Whether symbols beyond ASCII may be used. */
  readonly unicode: boolean;
  /** Lists what is otherwise only counted. */
  readonly verbose: boolean;
}

/** For a report that goes to a file. */
export const fileOptions: ReportOptions = { width: 100, colour: false, unicode: true, verbose: false };
