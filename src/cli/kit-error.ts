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
