import { grpcCode, RefusedError, tooLarge } from "./refusal.ts";
import type { Body } from "./receive-budget.ts";

const prefixBytes = 5;

/**
 * Reads the one length-prefixed message of a unary call as it arrives
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): a flag byte, a 4-byte length, the message.
 */
export class GrpcMessageReader {
  readonly #body: Body;
  readonly #encoding: "identity" | "gzip";
  readonly #maxBytes: number;
  #prefix: Buffer = Buffer.alloc(0);
  #compressed = false;
  #length: number | undefined;

  constructor(body: Body, encoding: "identity" | "gzip", maxBytes: number) {
    this.#body = body;
    this.#encoding = encoding;
    this.#maxBytes = maxBytes;
  }

  /** @throws {RefusedError} as soon as it is clear that the bytes cannot be one message within the limit */
  push(chunk: Buffer): void {
    let rest = chunk;
    if (this.#length === undefined) {
      const missing = prefixBytes - this.#prefix.length;
      this.#prefix = Buffer.concat([this.#prefix, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (this.#prefix.length < prefixBytes) return;
      this.#length = this.#readPrefix();
    }
    if (this.#body.size + rest.length > this.#length) throw manyMessages("more than one");
    if (rest.length > 0) this.#body.append(rest);
  }

  /** Holds, once the client has ended its side, that the body is the whole message. @throws {RefusedError} */
  end(): { readonly isGzip: boolean } {
    if (this.#length === undefined && this.#prefix.length === 0) throw manyMessages("none");
    if (this.#length === undefined || this.#body.size < this.#length) {
      const came = this.#length === undefined ? this.#prefix.length : this.#body.size;
      throw malformed(`a message of ${this.#length ?? prefixBytes} bytes`, `${came} bytes and the end of the stream`);
    }
    return { isGzip: this.#compressed };
  }

  #readPrefix(): number {
    const flag = this.#prefix[0];
    const length = this.#prefix.readUInt32BE(1);
    if (flag !== 0 && flag !== 1) throw malformed("a frame flag of 0 or 1", String(flag));
    if (flag === 1 && this.#encoding === "identity") {
      throw malformed("an uncompressed message, as there is no grpc-encoding", "the flag of a compressed one");
    }
    if (length > this.#maxBytes) throw new RefusedError(tooLarge("the gRPC message", length, this.#maxBytes));
    this.#compressed = flag === 1;
    return length;
  }
}

function malformed(expected: string, actual: string): RefusedError {
  return new RefusedError({
    grpcCode: grpcCode.internal,
    httpStatus: 400,
    where: "the gRPC message",
    expected,
    actual,
    fix: "Send the call with a gRPC library; a length-prefixed message is damaged or cut short.",
    badData: true,
  });
}

function manyMessages(actual: string): RefusedError {
  return new RefusedError({
    grpcCode: grpcCode.unimplemented,
    httpStatus: 400,
    where: "the gRPC call",
    expected: "exactly one message, as Export is unary",
    actual,
    fix: "Send one Export request a call.",
  });
}
