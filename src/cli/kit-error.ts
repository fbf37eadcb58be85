/** An error the user can mend: printed without a stack, exit code 2. */
export class KitError extends Error {
  /** What to do about it. */
  readonly fix: string;

  constructor(message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "KitError";
    this.fix = fix;
  }
}

/** An error whose message says in its last sentence what to do. */
export function lastSentenceAsFix(error: Error): KitError {
  const sentence = error.message.lastIndexOf(". ", error.message.length - 2);
  if (sentence < 0) return new KitError(error.message, "", { cause: error });
  return new KitError(error.message.slice(0, sentence + 1), error.message.slice(sentence + 2), { cause: error });
}
