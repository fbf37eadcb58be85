import { setTimeout as wait } from "node:timers/promises";
import type { CallOutcome, CallResponse } from "../ledger/ledger.ts";
import type { Channel } from "./exchange.ts";
import type { FaultEffect } from "./fault.ts";
import type { Piece, Reply } from "./reply.ts";

/** A client that leaves a stream early is seen doing so only if there is something left to send it. */
const EVENT_MS = 2;
const LAST_EVENT_MS = 40;
/** Who leaves a stream just before it breaks has left it: the break would be an error that the client never had. */
const BREAK_MS = 150;

export interface Delivered {
  readonly outcome: CallOutcome;
  /** What the client was told; undefined where it was told nothing. */
  readonly response?: CallResponse;
}

/** Hands a reply over as its fault wants it. Resolves when all was handed over, the client has gone, or the provider stops. */
export async function deliver(
  reply: Reply,
  fault: FaultEffect,
  channel: Channel,
  stopping: AbortSignal,
): Promise<Delivered> {
  const delivery = new Delivery(reply, fault, channel, AbortSignal.any([channel.gone, stopping]));
  const outcome = await delivery.run();
  return { outcome, ...(delivery.told !== undefined && { response: delivery.told }) };
}

class Delivery {
  readonly #reply: Reply;
  readonly #fault: FaultEffect;
  readonly #channel: Channel;
  readonly #over: AbortSignal;
  #begun = false;
  told: CallResponse | undefined;

  constructor(reply: Reply, fault: FaultEffect, channel: Channel, over: AbortSignal) {
    this.#reply = reply;
    this.#fault = fault;
    this.#channel = channel;
    this.#over = over;
  }

  async run(): Promise<CallOutcome> {
    const { timeout, cut, firstTokenMs = 0 } = this.#fault;
    if (timeout === true) await this.#pause(Infinity);
    if (this.#over.aborted) return this.#ended();
    if (cut === 0) return this.#cut();
    if (!this.#reply.streamed) await this.#pause(firstTokenMs);
    if (this.#over.aborted) return this.#ended();
    this.#begin();
    if (this.#reply.streamed) await this.#pause(firstTokenMs);
    return this.#reply.streamed ? this.#stream() : this.#whole();
  }

  async #whole(): Promise<CallOutcome> {
    const [piece = { text: "" }] = this.#reply.pieces;
    const { cut, malformed } = this.#fault;
    if (cut !== undefined) {
      await this.#write({ text: half(piece.text) });
      return this.#cut();
    }
    if (malformed !== undefined) {
      await this.#channel.write(malformedText(piece.text));
      return this.#end("malformed");
    }
    await this.#write(piece);
    return this.#end();
  }

  async #stream(): Promise<CallOutcome> {
    const { pieces } = this.#reply;
    const { cut = Infinity, malformed, tokenMs = 0 } = this.#fault;
    const malformedAt = malformed === undefined ? -1 : Math.min(malformed, pieces.length) - 1;
    for (const [index, piece] of pieces.entries()) {
      const pause = index === cut ? BREAK_MS : index === pieces.length - 1 ? LAST_EVENT_MS : EVENT_MS;
      if (index > 0) await this.#pause(tokenMs + pause);
      if (this.#over.aborted) return this.#ended();
      if (index === cut) return this.#cut();
      if (index === malformedAt) {
        await this.#channel.write(malformedText(piece.text));
        return this.#end("malformed");
      }
      await this.#write(piece);
    }
    return cut <= pieces.length ? this.#cut() : this.#end();
  }

  #begin(): void {
    const { status, headers, streamed, pieces } = this.#reply;
    const text = pieces[0]?.text ?? "";
    const sent = this.#fault.malformed === undefined ? text : malformedText(text);
    const length = { "content-length": String(Buffer.byteLength(sent)) };
    this.#channel.begin(status, { ...headers, ...(!streamed && length) });
    this.#begun = true;
  }

  async #write(piece: Piece): Promise<void> {
    await this.#channel.write(piece.text);
    if (piece.tells !== undefined && !this.#over.aborted) this.told = { ...this.told, ...piece.tells };
  }

  async #end(kind?: "malformed"): Promise<CallOutcome> {
    await this.#channel.end();
    if (this.#over.aborted && kind === undefined) return this.#ended();
    const { status, errorType } = this.#reply;
    return {
      kind: kind ?? (status >= 400 ? "error" : "answered"),
      status,
      ...(errorType !== undefined && { errorType }),
    };
  }

  #cut(): CallOutcome {
    this.#channel.cut();
    return { kind: "cut", ...(this.#begun && { status: this.#reply.status }) };
  }

  /** The client has gone, or the provider stops and breaks off. */
  #ended(): CallOutcome {
    if (!this.#channel.gone.aborted) return this.#cut();
    return { kind: "abandoned", ...(this.#begun && { status: this.#reply.status }) };
  }

  async #pause(ms: number): Promise<void> {
    if (ms === 0 || this.#over.aborted) return;
    // A timer holds at most 2^31 - 1 ms.
    const longest = 2 ** 31 - 1;
    for (let left = ms; left > 0 && !this.#over.aborted; left -= longest) {
      await wait(Math.min(left, longest), undefined, { signal: this.#over }).catch(() => undefined);
    }
  }
}

function half(text: string): string {
  return text.slice(0, Math.ceil(text.length / 2));
}

/** The text with half of its JSON; an event still ends as an event. */
function malformedText(text: string): string {
  const [, prefix = "", json = "", end = ""] = /^((?:event: [^\n]*\n)?(?:data: )?)(.*?)(\s*)$/s.exec(text) ?? [];
  return json === "" ? text : `${prefix}${half(json).slice(0, -1)}${end}`;
}
