import { accessSync, constants, statSync } from "node:fs";
import { readTelemetryFile } from "../otlp/read-telemetry.ts";
import type { OtlpRequest, Signal } from "../otlp/view.ts";
import { exitCode } from "../result/exit-code.ts";
import type { Journal } from "../sink/journal.ts";
import { KitError } from "./kit-error.ts";
import { Progress } from "./progress.ts";
import { Problems } from "./problems.ts";
import { readHeldLedger } from "./read-held-ledger.ts";
import { writeReports } from "./reports.ts";
import { RunJudge } from "./run-judge.ts";
import type { RunOptions } from "./run-options.ts";
import { openJournal } from "./sink-session.ts";

/** Judges files as they are read; what cannot be read is a problem of the Result, and the rest is judged all the same. */
export async function runCheckFiles(
  files: readonly string[],
  signal: Signal | undefined,
  options: RunOptions,
  ledgerFile: string | undefined,
): Promise<number> {
  for (const file of files) requireFile(file);
  if (options.save !== undefined) requireOtherFile(options.save, files);
  const ledgerProblems = new Problems();
  const { calls, sent } = ledgerFile === undefined ? {} : await readHeldLedger(ledgerFile, ledgerProblems);
  const judge = new RunJudge(options, calls !== undefined, ledgerProblems);
  if (sent !== undefined) judge.checker.expectSent(sent);
  const journal: Journal | undefined = options.save === undefined ? undefined : openJournal(options.save);
  const progress = new Progress();
  let spans = 0;
  let unsaved: KitError | undefined;
  for (const file of files) {
    for await (const item of readTelemetryFile(file, { signal })) {
      if ("problem" in item) {
        judge.problems.add(item.problem);
        continue;
      }
      unsaved ??= journal === undefined ? undefined : save(journal, item.request);
      judge.checker.accept(item.request);
      if (item.request.signal === "traces") spans += item.request.spanCount;
      progress.show(() => `${file}: ${spans.toLocaleString("en")} spans judged`);
    }
  }
  progress.clear();
  journal?.close();
  if (calls !== undefined) judge.holdAgainst(calls, 0);
  if (sent !== undefined) judge.judgeSent(0);
  const result = judge.result({ mode: "files", inputs: files }, 0);
  await writeReports(result, options.targets, options.verbose);
  if (unsaved !== undefined) throw unsaved;
  return exitCode(result);
}

/** Appends; gives what went wrong, because a full disk is no reason not to judge. */
function save(journal: Journal, request: OtlpRequest): KitError | undefined {
  try {
    journal.append(request);
    return undefined;
  } catch (error) {
    return new KitError(
      `--save ${journal.path}: not all of the input could be saved: ${error instanceof Error ? error.message : String(error)}`,
      "Make room, or save elsewhere; the run itself was judged.",
      { cause: error },
    );
  }
}

/** A file that grows as it is read has no end. */
function requireOtherFile(save: string, files: readonly string[]): void {
  const itself = files.find((file) => file !== "-" && isSameFile(file, save));
  if (itself === undefined) return;
  throw new KitError(
    `--save ${save}: expected another file than the input, got ${itself} itself`,
    "Save into a new file.",
  );
}

function isSameFile(input: string, save: string): boolean {
  try {
    const [a, b] = [statSync(input), statSync(save)];
    return b.isFile() && a.dev === b.dev && a.ino === b.ino;
  } catch {
    // Not there yet, or not to be had: opening it says so.
    return false;
  }
}

function requireFile(file: string): void {
  if (file === "-") return;
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new KitError(
      `check: ${missing ? "no such file" : "cannot read"}: ${file}`,
      missing ? "Check the path (- is standard input)." : "Check its permissions.",
      { cause: error },
    );
  }
  if (statSync(file).isDirectory()) {
    throw new KitError(`check: ${file} is a folder`, `Name the files in it: check ${file}/*.`);
  }
}
