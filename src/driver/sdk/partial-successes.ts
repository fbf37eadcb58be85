import type { DiagLogger } from "@opentelemetry/api";

/**
 * The SDK's exporters take a partial success for a success, and tell of it only in their diagnostic log: this listens there, in the
 * whole process, until it is stopped.
 */
export class PartialSuccesses {
  readonly #stop: () => void;
  rejectedSpans = 0;
  /** The first that a target said about it. */
  message = "";

  constructor({ diag, DiagLogLevel }: Pick<typeof import("@opentelemetry/api"), "diag" | "DiagLogLevel">) {
    const ignore = (): void => {};
    const logger: DiagLogger = {
      error: ignore,
      warn: (text, ...details) => this.#heard(text, details),
      info: ignore,
      debug: ignore,
      verbose: ignore,
    };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    this.#stop = () => diag.disable();
  }

  stop(): void {
    this.#stop();
  }

  #heard(text: string, [details]: readonly unknown[]): void {
    if (!/Partial Success/i.test(text) || typeof details !== "string") return;
    try {
      const { rejectedSpans, errorMessage } = JSON.parse(details) as {
        rejectedSpans?: unknown;
        errorMessage?: unknown;
      };
      const rejected = Number(rejectedSpans);
      if (rejected > 0) this.rejectedSpans += rejected;
      if (typeof errorMessage === "string") this.message ||= errorMessage;
    } catch {
      // Another wording of the log: then what was rejected is not known, as it is to every user of the SDK.
    }
  }
}
