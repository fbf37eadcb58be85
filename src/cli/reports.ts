import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { reporters, type ReporterName } from "../report/index.ts";
import { fileOptions } from "../report/reporter.ts";
import { streamOptions } from "../report/stream-options.ts";
import type { Result } from "../result/result.ts";
import { closest } from "../semconv/closest.ts";
import { KitError } from "./kit-error.ts";

export interface ReportTarget {
  readonly name: ReporterName;
  /** undefined: standard output. */
  readonly file: string | undefined;
}

const fileNames: Readonly<Record<ReporterName, string>> = {
  terminal: "report.txt",
  json: "result.json",
  html: "report.html",
};

/**
 * Where reports go. Without --reporter: the terminal on standard output, and with --out JSON and HTML there too. A reporter
 * without a file goes into --out (the terminal one to standard output), else to standard output, which only one may have.
 */
export function reportTargets(asked: readonly string[], out: string | undefined): readonly ReportTarget[] {
  if (asked.length === 0) {
    const terminal: ReportTarget = { name: "terminal", file: undefined };
    if (out === undefined) return [terminal];
    return [
      terminal,
      { name: "json", file: join(out, fileNames.json) },
      { name: "html", file: join(out, fileNames.html) },
    ];
  }
  const targets = asked.map((text) => targetOf(text, out));
  const onStdout = targets.filter((target) => target.file === undefined);
  if (onStdout.length > 1) {
    throw new KitError(
      `--reporter: ${onStdout.map((target) => target.name).join(" and ")} would all write to standard output`,
      "Give all but one a file: --reporter json=result.json, or --out <dir>.",
    );
  }
  return targets;
}

function targetOf(text: string, out: string | undefined): ReportTarget {
  const [name, ...rest] = text.split("=");
  const names = Object.keys(reporters) as ReporterName[];
  const known = names.find((candidate) => candidate === name);
  if (known === undefined) {
    const near = closest(name ?? "", names);
    throw new KitError(
      `--reporter: unknown reporter "${name}"${near === undefined ? "" : `; did you mean ${near}?`}`,
      `Reporters: ${names.join(", ")}; each may be given a file: ${names[0]}=<file>.`,
    );
  }
  if (rest.length > 0) {
    const file = rest.join("=");
    if (file === "")
      throw new KitError(`--reporter ${text}: the file name is empty`, `Write ${known}=<file>, or ${known} alone.`);
    return { name: known, file };
  }
  const file = out === undefined || known === "terminal" ? undefined : join(out, fileNames[known]);
  return { name: known, file };
}

/**
 * Writes the reports. A file that cannot be written does not lose the run: the terminal report is printed if nothing else was, and
 * the error is thrown after that.
 */
export async function writeReports(result: Result, targets: readonly ReportTarget[], verbose: boolean): Promise<void> {
  const failures: KitError[] = [];
  let printed = false;
  for (const { name, file } of targets) {
    if (file === undefined) {
      await print(reporters[name](result, { ...streamOptions(process.stdout), verbose }));
      printed = true;
      continue;
    }
    try {
      makeFolder(dirname(file));
      writeFileSync(file, reporters[name](result, { ...fileOptions, verbose }));
      process.stderr.write(`${name} report: ${file}\n`);
    } catch (error) {
      failures.push(
        new KitError(
          `cannot write the ${name} report to ${file}: ${error instanceof Error ? error.message : String(error)}`,
          "Give a folder that can be written (--out) or another file (--reporter name=file); the run itself was judged.",
          { cause: error },
        ),
      );
    }
  }
  if (failures.length > 0 && !printed)
    await print(reporters.terminal(result, { ...streamOptions(process.stdout), verbose }));
  if (failures[0] !== undefined) throw failures[0];
}

/** mkdir -p. Node's own recursive mkdir never returns where a folder cannot hold one (/proc). */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    mkdirSync(path);
  }
}

/** Writes to standard output and waits until it is out; a reader that went away is no error. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === null || error === undefined || (error as NodeJS.ErrnoException).code === "EPIPE") resolve();
      else reject(error);
    });
  });
}
