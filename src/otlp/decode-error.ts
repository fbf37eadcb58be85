/** The four beats of a message about data that cannot be read. */
export interface DecodeFault {
  /** Path in the message where known, such as `resourceSpans[0].scopeSpans[0].spans[2].traceId`, else the format. */
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  readonly fix: string;
  /** Byte at which reading stopped, counted from the start of the bytes that were handed in. */
  readonly offset?: number | undefined;
  /** `too-large`: well-formed as far as it was read, but more than is taken at once; `malformed` unless given. */
  readonly kind?: "malformed" | "too-large";
}

/** Data that is not what OTLP says it must be. Never thrown for a fault of our own. */
export class OtlpDecodeError extends Error {
  override readonly name = "OtlpDecodeError";
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  readonly fix: string;
  readonly offset: number | undefined;
  readonly kind: "malformed" | "too-large";

  constructor(fault: DecodeFault) {
    const at = fault.offset === undefined ? "" : `, byte ${fault.offset}`;
    super(`${fault.where}${at}: expected ${fault.expected}, got ${fault.actual}. ${fault.fix}`);
    this.where = fault.where;
    this.expected = fault.expected;
    this.actual = fault.actual;
    this.fix = fault.fix;
    this.offset = fault.offset;
    this.kind = fault.kind ?? "malformed";
  }
}
