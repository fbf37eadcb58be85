import type { OtlpDecodeError } from "../otlp/decode-error.ts";

/** gRPC status codes (https://grpc.io/docs/guides/status-codes/) that a sink answers with. */
export const grpcCode = {
  ok: 0,
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** Why a request was not taken, with what either transport answers. */
export interface Refusal {
  readonly grpcCode: number;
  readonly httpStatus: number;
  /** What was being read: a path in the message, a header, the body. */
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  readonly fix: string;
  /** Set when the same request may succeed later: seconds the client should wait. */
  readonly retryAfterSeconds?: number;
  /** The data itself is bad (google.rpc.BadRequest), so that sending it again cannot help. */
  readonly badData?: boolean;
}

/** Thrown while a request is being read; answered, counted and reported where the request was taken in. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusalMessage(refusal));
    this.refusal = refusal;
  }
}

export function refusalMessage({ where, expected, actual, fix }: Refusal): string {
  return `${where}: expected ${expected}, got ${actual}. ${fix}`;
}

export function undecodable(error: OtlpDecodeError): Refusal {
  const tooMuch = error.kind === "too-large";
  return {
    grpcCode: tooMuch ? grpcCode.resourceExhausted : grpcCode.invalidArgument,
    httpStatus: tooMuch ? 413 : 400,
    where: error.offset === undefined ? error.where : `${error.where}, byte ${error.offset}`,
    expected: error.expected,
    actual: error.actual,
    fix: error.fix,
    badData: !tooMuch,
  };
}

export function tooLarge(what: string, bytes: number | undefined, maxBytes: number): Refusal {
  return {
    grpcCode: grpcCode.resourceExhausted,
    httpStatus: 413,
    where: what,
    expected: `at most ${maxBytes} bytes`,
    actual: bytes === undefined ? "more" : `${bytes} bytes`,
    fix: "Export smaller batches, or start the sink with a larger --max-request-mb.",
  };
}

export function overloaded(maxBytes: number): Refusal {
  return {
    grpcCode: grpcCode.resourceExhausted,
    httpStatus: 429,
    where: "the sink's receive buffer",
    expected: `at most ${maxBytes} bytes of requests under way`,
    actual: "more, and this request is the largest of them",
    fix: "Send it again after the delay; fewer exports at a time, or smaller batches, avoid this.",
    retryAfterSeconds: 1,
  };
}

export function tooManyConnections(maxConnections: number): Refusal {
  return {
    grpcCode: grpcCode.unavailable,
    httpStatus: 503,
    where: "a connection",
    expected: `at most ${maxConnections} connections at once`,
    actual: "one more, which was closed",
    fix: "Let services keep one connection for all their exports; where fewer than 1024 are taken, raise the limit of open files (ulimit -n).",
  };
}
