import type { Context, TextMapPropagator } from "@opentelemetry/api";
import type { Propagation } from "../../scenario/scenario.ts";
import type { Sdk } from "./load-sdk.ts";

/** The headers of a request from one service to another. */
export interface Headers {
  [name: string]: string;
}

/** What the two ends of a hop do with a context, as a scenario says it. */
export interface Hop {
  /** Writes the headers that the caller sends. */
  inject(context: Context, headers: Headers): void;
  /** The context that the callee begins with. */
  extract(headers: Headers): Context;
}

/** So much of a traceparent is no traceparent: it ends in the trace id. */
const UNREADABLE_LENGTH = 20;

/** The hops of every propagation mode, by the SDK's own propagators. */
export function hops({ api, core, b3 }: Sdk): { readonly [mode in Propagation]: Hop } {
  const w3c = new core.W3CTraceContextPropagator();
  const single = new b3.B3Propagator();
  const multi = new b3.B3Propagator({ injectEncoding: b3.B3InjectEncoding.MULTI_HEADER });
  const hop = (propagator: TextMapPropagator): Hop => ({
    inject: (context, headers) => propagator.inject(context, headers, api.defaultTextMapSetter),
    extract: (headers) => propagator.extract(api.ROOT_CONTEXT, headers, api.defaultTextMapGetter),
  });
  const readable = hop(w3c);
  return {
    w3c: readable,
    b3: hop(single),
    "b3-multi": hop(multi),
    both: hop(new core.CompositePropagator({ propagators: [w3c, single] })),
    none: { inject: () => {}, extract: (headers) => readable.extract(headers) },
    broken: {
      inject: (context, headers) => {
        readable.inject(context, headers);
        const { traceparent } = headers;
        if (traceparent !== undefined) headers["traceparent"] = traceparent.slice(0, UNREADABLE_LENGTH);
      },
      extract: (headers) => readable.extract(headers),
    },
  };
}
