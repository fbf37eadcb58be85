/** A fault or a script that cannot be what was meant; the message says where, what was expected, what came and what to do. */
export class SettingError extends Error {
  override readonly name = "SettingError";
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  /** The word that is not known, and those that are: whoever prints the error may say which was meant. */
  readonly unknown: { readonly word: string; readonly known: readonly string[] } | undefined;

  constructor(where: string, expected: string, actual: string, unknown?: { word: string; known: readonly string[] }) {
    super(`${where}: expected ${expected}, got ${actual}`);
    this.where = where;
    this.expected = expected;
    this.actual = actual;
    this.unknown = unknown;
  }
}
