export interface Stop {
  /** Resolves at Ctrl-C, SIGTERM, or `now`. */
  readonly asked: Promise<void>;
  readonly now: () => void;
  /** Gives both signals their usual meaning back. */
  readonly forget: () => void;
}

export function whenStopped(): Stop {
  let now = (): void => {};
  const asked = new Promise<void>((resolve) => {
    now = resolve;
  });
  process.on("SIGINT", now);
  process.on("SIGTERM", now);
  const forget = (): void => {
    process.off("SIGINT", now);
    process.off("SIGTERM", now);
  };
  return { asked, now, forget };
}
