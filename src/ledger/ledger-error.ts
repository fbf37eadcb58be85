/** A ledger's file cannot be written, or a file is no ledger; the message says where, what was expected, what came and what to do. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
}
