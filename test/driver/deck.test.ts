import { describe, expect, test } from "vitest";
import { Deck, mergeRequests } from "../../src/driver/deck.ts";
import { tracesRequest } from "../../src/otlp/object-view.ts";
import { agentRequest } from "./agent-request.ts";

const traces = Array.from({ length: 10 }, (_, firstTrace) => agentRequest(1, { firstTrace }));
const options = { format: "protobuf", spansPerRequest: 64 } as const;
const shape = (deck: Deck, count: number): unknown =>
  Array.from({ length: count }, (_, k) => [deck.firstTrace(k), deck.request(k).traces]);

describe("a deck", () => {
  test("fills requests with whole traces and comes round", () => {
    const deck = new Deck(traces, options);
    expect([deck.traceCount, deck.requestCount]).toEqual([10, Infinity]);
    expect(shape(deck, 5)).toEqual([
      [0, 4],
      [4, 4],
      [8, 2],
      [10, 4],
      [14, 4],
    ]);
    expect(deck.request(3)).toBe(deck.request(0));
  });

  test("of fewer traces than it was given ends with them", () => {
    const deck = new Deck(traces, { ...options, traces: 6 });
    expect([deck.traceCount, deck.requestCount]).toEqual([6, 2]);
    expect(shape(deck, 2)).toEqual([
      [0, 4],
      [4, 2],
    ]);
  });

  test.each([
    [
      10,
      [
        [0, 4],
        [4, 4],
        [8, 2],
      ],
    ],
    [
      14,
      [
        [0, 4],
        [4, 4],
        [8, 2],
        [10, 4],
      ],
    ],
    [
      17,
      [
        [0, 4],
        [4, 4],
        [8, 2],
        [10, 4],
        [14, 3],
      ],
    ],
    [
      19,
      [
        [0, 4],
        [4, 4],
        [8, 2],
        [10, 4],
        [14, 4],
        [18, 1],
      ],
    ],
    [
      20,
      [
        [0, 4],
        [4, 4],
        [8, 2],
        [10, 4],
        [14, 4],
        [18, 2],
      ],
    ],
  ])("sends exactly %i traces", (wanted, expected) => {
    const deck = new Deck(traces, { ...options, traces: wanted });
    expect(shape(deck, deck.requestCount)).toEqual(expected);
  });

  test("a trace larger than a request has one of its own", () => {
    const deck = new Deck([agentRequest(8), agentRequest(1), agentRequest(1)], options);
    expect(shape(deck, 2)).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(deck.maxBytes).toBe(deck.request(0).template.bytes.length);
  });

  test("of nothing is refused", () => {
    expect(() => new Deck([], options)).toThrow(RangeError);
  });
});

test("merged requests hold all spans, each service once", () => {
  const merged = mergeRequests([agentRequest(2), agentRequest(3, { firstTrace: 2 })]);
  expect(merged.resourceSpans).toHaveLength(2);
  expect(tracesRequest(merged).spanCount).toBe(80);
});
