import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { Checker } from "../../src/check/checker.ts";
import { decodeProtobuf } from "../../src/otlp/decode-protobuf.ts";
import { collectGarbage } from "../../src/sink/collect-garbage.ts";
import { spanRequest, stringAttribute } from "../torture/raw-otlp.ts";

const megabyte = 1 << 20;
const chat = stringAttribute("gen_ai.operation.name", "chat");
const long = Buffer.alloc(40 * megabyte, "x").toString();

async function keptMegabytes(): Promise<number> {
  // What stands on the stack is kept, too.
  await setImmediate();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / megabyte;
}

test.each([
  ["an operation", () => [stringAttribute("gen_ai.operation.name", long)]],
  ["a key", () => [chat, stringAttribute(`gen_ai.${long}`, "v")]],
  ["a provider", () => [chat, stringAttribute("gen_ai.provider.name", long)]],
  ["content", () => [chat, stringAttribute("gen_ai.input.messages", long)]],
])("%s of 40 MB is not kept until the next request", async (_, attributes) => {
  const checker = new Checker(["1.41.1"]);
  checker.accept(decodeProtobuf("traces", spanRequest([{ attributes: [chat] }])));
  const before = await keptMegabytes();
  checker.accept(decodeProtobuf("traces", spanRequest([{ attributes: attributes() }])));
  expect((await keptMegabytes()) - before).toBeLessThan(20);
  expect(checker.summary().spans).toBe(2);
});
