import { createHash, timingSafeEqual } from "node:crypto";
import { grpcCode, RefusedError } from "./refusal.ts";

/** What a client must show to be served (RFC 6750, section 2.1). The token itself stands in no message and no result. */
export class BearerToken {
  readonly #digest: Buffer;

  constructor(token: string) {
    this.#digest = digest(token);
  }

  /**
   * @param authorization the Authorization header, or a gRPC call's metadata of that name
   * @throws {RefusedError}
   */
  require(authorization: string | undefined): void {
    const [, scheme = "", credentials = ""] = /^(\S*) *(.*)$/s.exec(authorization ?? "") ?? [];
    const bearer = scheme.toLowerCase() === "bearer";
    // Digests have one length, so that the time of the comparison tells nothing of the token.
    const equal = timingSafeEqual(digest(credentials), this.#digest);
    if (bearer && equal) return;
    throw new RefusedError({
      grpcCode: grpcCode.unauthenticated,
      httpStatus: 401,
      where: "authorization",
      expected: "Bearer and the token of this sink",
      actual: authorization === undefined ? "none" : bearer ? "another token" : "another scheme",
      fix: "Set OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20<token> in the service that sends.",
    });
  }
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
