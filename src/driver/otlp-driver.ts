import { deliver, type Delivery, type RetryPolicy } from "./deliver.ts";
import type { Deck, DeckRequest } from "./deck.ts";
import { mix32 } from "./mix32.ts";
import { patch, type RequestPosition } from "./patch.ts";
import type { Reply, Sender } from "./reply.ts";

export interface OtlpRun {
  readonly deck: Deck;
  readonly sender: Sender;
  /** A 32-bit integer. */
  readonly seed: number;
  readonly policy: RetryPolicy;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly over: AbortSignal;
  /** Called for each attempt. */
  readonly onReply: (reply: Reply) => void;
  /** Called for each request when it is acknowledged or given up. */
  readonly onDelivery: (delivery: Delivery, request: DeckRequest, position: RequestPosition) => void;
}

/**
 * Sends request k of a deck, as a job for `pace`. A request that is sent again has the same bytes. There are as many buffers as
 * requests were ever under way at once, whatever the length of the run.
 */
export function otlpJob({
  deck,
  sender,
  seed,
  policy,
  now,
  over,
  onReply,
  onDelivery,
}: OtlpRun): (k: number) => Promise<boolean> {
  const free: Buffer[] = [];
  const size = deck.maxBytes;
  const told: Sender = {
    ...sender,
    send: async (body) => {
      const reply = await sender.send(body);
      onReply(reply);
      return reply;
    },
  };
  return async (k) => {
    const request = deck.request(k);
    const { template } = request;
    const buffer = free.pop() ?? Buffer.allocUnsafeSlow(size);
    buffer.set(template.bytes);
    const position = { seed, k, startMs: now() - template.durationMs };
    patch(template, new DataView(buffer.buffer, buffer.byteOffset), position);
    const delivery = await deliver(told, buffer.subarray(0, template.bytes.length), policy, jitter(seed, k), over);
    free.push(buffer);
    onDelivery(delivery, request, position);
    return delivery.acknowledged;
  };
}

/** Draws of its own for each request, so that the waits of a run do not depend on the order in which its requests fail. */
function jitter(seed: number, k: number): () => number {
  let draws = 0;
  return () => mix32(mix32(mix32(seed) + k) + ++draws) / 4_294_967_296;
}
