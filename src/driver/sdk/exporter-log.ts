import type { DiagLogger } from "@opentelemetry/api";

/** What a target's answer said beyond that it was one, as far as the SDK told. */
export interface Heard {
  /** Spans that a partial success did not take. */
  readonly rejectedSpans: number;
  /** What the target said about them, "" without. */
  readonly message: string;
  /** Why the answer was not OTLP; undefined where it was. */
  readonly nonsense: string | undefined;
}

const nothing: Heard = { rejectedSpans: 0, message: "", nonsense: undefined };

/**
 * The SDK's exporters take a partial success, and any answer with a good status, for a success, and tell of it only in their diagnostic
 * log, in the same turn in which they end the export: this listens there, in the whole process, until it is stopped.
 */
export class ExporterLog {
  readonly #stop: () => void;
  #heard = nothing;

  constructor({ diag, DiagLogLevel }: Pick<typeof import("@opentelemetry/api"), "diag" | "DiagLogLevel">) {
    const ignore = (): void => {};
    const logger: DiagLogger = {
      error: ignore,
      warn: (...words) => this.#hear(words),
      info: ignore,
      debug: ignore,
      verbose: ignore,
    };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    this.#stop = () => diag.disable();
  }

  /** What was said of the export that ends now. */
  take(): Heard {
    const heard = this.#heard;
    this.#heard = nothing;
    return heard;
  }

  stop(): void {
    this.#stop();
  }

  /** A component's logger puts its name before its words. */
  #hear(words: readonly unknown[]): void {
    const texts = words.filter((word) => typeof word === "string");
    const [error] = words.filter((word) => word instanceof Error);
    const unread = texts.find((text) => /could not deserialize response|failed to parse .*response/i.test(text));
    if (unread !== undefined) this.#heard = { ...nothing, nonsense: error?.message ?? unread };
    else if (texts.some((text) => /Partial Success/i.test(text))) this.#heard = partialSuccess(texts.at(-1) as string);
  }
}

/** Another wording of the log is nothing: then what was rejected is not known, as it is to every user of the SDK. */
function partialSuccess(json: string): Heard {
  try {
    const { rejectedSpans, errorMessage } = JSON.parse(json) as { rejectedSpans?: unknown; errorMessage?: unknown };
    const rejected = Number(rejectedSpans);
    return {
      rejectedSpans: rejected > 0 ? rejected : 0,
      message: typeof errorMessage === "string" ? errorMessage : "",
      nonsense: undefined,
    };
  } catch {
    return nothing;
  }
}
