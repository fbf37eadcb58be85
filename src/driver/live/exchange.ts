import { Agent, request } from "node:http";

/** A request to a server on 127.0.0.1. */
export interface Outgoing {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  /** When the client gives up; none where somebody else bounds the exchange. */
  readonly timeoutMs: number | undefined;
  /** Whether it gives up no earlier than the reply has begun. */
  readonly afterFirst?: boolean;
}

/**
 * What came of it. `broken` and `timeout` may have told of a reply that had begun, `unreachable` has not; `detail` is what the
 * system says.
 */
export type Incoming =
  | { readonly kind: "whole"; readonly status: number; readonly retryAfter: string | undefined; readonly body: string }
  | { readonly kind: "broken" | "timeout"; readonly body: string; readonly detail: string }
  | { readonly kind: "unreachable"; readonly detail: string };

/** Longer than anybody else keeps an unused connection: a server that closes first makes a request fail now and then. */
export const KEEP_ALIVE_MS = 600_000;
/** A reply is some kilobytes; embeddings, which are the longest, some tens. */
const MOST_BYTES = 4 << 20;

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** Never rejects. */
export function exchange({ port, method, path, headers, body, timeoutMs, afterFirst }: Outgoing): Promise<Incoming> {
  return new Promise((resolve) => {
    let text = "";
    let begun = false;
    const outgoing = request({ host: "127.0.0.1", port, method, path, headers, agent });
    const giveUp = (): void => end({ kind: "timeout", body: text, detail: "no whole reply in time" });
    let due = false;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            due = true;
            if (afterFirst !== true || text !== "") giveUp();
          }, timeoutMs);
    const end = (incoming: Incoming): void => {
      clearTimeout(timer);
      resolve(incoming);
      if (incoming.kind !== "whole") outgoing.destroy();
    };
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      const refused = error.code === "ECONNREFUSED" || error.code === "EADDRNOTAVAIL" || error.code === "EMFILE";
      end(
        refused && !begun
          ? { kind: "unreachable", detail: error.message }
          : { kind: "broken", body: text, detail: error.message },
      );
    });
    outgoing.on("response", (response) => {
      begun = true;
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
        if (due) giveUp();
        if (text.length > MOST_BYTES) end({ kind: "broken", body: "", detail: `a reply beyond ${MOST_BYTES} bytes` });
      });
      response.on("error", (error) => end({ kind: "broken", body: text, detail: error.message }));
      response.on("end", () =>
        end({
          kind: "whole",
          status: response.statusCode ?? 0,
          retryAfter: response.headers["retry-after"],
          body: text,
        }),
      );
    });
    outgoing.end(body);
  });
}
