/** What keeps a driver from sending at all; `fix` says what to do about it. */
export class DriverError extends Error {
  override readonly name = "DriverError";
  readonly fix: string;

  constructor(message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.fix = fix;
  }
}
