import { styleText } from "node:util";
import { fileOptions, type ReportOptions } from "./reporter.ts";

const narrowest = 40;
const widest = 120;

/**
 * Report options for an output stream. Colour follows Node's own decision for that stream (a terminal, NO_COLOR, FORCE_COLOR,
 * TERM); symbols beyond ASCII are used unless the locale names another character set than UTF-8.
 */
export function streamOptions(
  stream: NodeJS.WritableStream & { readonly columns?: number },
  environment: NodeJS.ProcessEnv = process.env,
): ReportOptions {
  // The order in which POSIX looks the character set up; empty counts as not set.
  const locale = environment["LC_ALL"] || environment["LC_CTYPE"] || environment["LANG"] || "";
  return {
    ...fileOptions,
    width: Math.min(widest, Math.max(narrowest, stream.columns ?? fileOptions.width)),
    colour: styleText("red", "x", { stream }) !== "x",
    unicode: locale === "" || /utf-?8/i.test(locale),
  };
}
