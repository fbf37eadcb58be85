import { Journal, JournalError } from "../sink/journal.ts";
import { ListenError } from "../sink/listen.ts";
import { startSink, type RefusedRequest, type Sink, type SinkOptions } from "../sink/start-sink.ts";
import { lastSentenceAsFix } from "./kit-error.ts";
import type { RunJudge } from "./run-judge.ts";

export interface SinkSession {
  readonly sink: Sink;
  /** Stops the sink, which lets requests under way finish, and closes the journal. May be called again. */
  close(): Promise<void>;
}

/** Starts a sink whose requests are judged as they come. Throws a KitError for a port or a --save file that cannot be had. */
export async function openSinkSession(
  judge: RunJudge,
  save: string | undefined,
  options: Omit<SinkOptions, "onRequest" | "onRefused" | "journal">,
): Promise<SinkSession> {
  const journal = save === undefined ? undefined : openJournal(save);
  try {
    const sink = await startSink({
      ...options,
      onRequest: (request, isContinued) => judge.checker.accept(request, isContinued),
      onRefused: (refused) => judge.problems.add(problemOf(refused)),
      ...(journal === undefined ? {} : { journal }),
    });
    let closed: Promise<void> | undefined;
    return {
      sink,
      close: () => (closed ??= sink.stop().then(() => journal?.close())),
    };
  } catch (error) {
    journal?.close();
    throw clearly(error);
  }
}

/** What a port or a --save file that cannot be had throws, as a KitError; any other error as it is. */
export function clearly(error: unknown): unknown {
  return error instanceof ListenError || error instanceof JournalError ? lastSentenceAsFix(error) : error;
}

/** Opens the file of --save. Throws a KitError when it cannot be written. */
export function openJournal(path: string): Journal {
  try {
    return Journal.open(path);
  } catch (error) {
    throw clearly(error);
  }
}

function problemOf(refused: RefusedRequest): { where: string; expected: string; actual: string; fix: string } {
  return {
    where: `${refused.transport} request${refused.signal === undefined ? "" : ` for ${refused.signal}`}: ${refused.where}`,
    expected: refused.expected,
    actual: refused.actual,
    fix: refused.fix,
  };
}
