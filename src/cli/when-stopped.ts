export interface Stop {
  /** Resolves at Ctrl-C, SIGTERM, or `now`. */
  readonly asked: Promise<void>;
  readonly now: () => void;
}

/** Both signals are taken until the process ends: a second one must cost neither the verdict nor the exit code. */
export function whenStopped(): Stop {
  let now = (): void => {};
  const asked = new Promise<void>((resolve) => {
    now = resolve;
  });
  process.on("SIGINT", now);
  process.on("SIGTERM", now);
  return { asked, now };
}
