import { readFileSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Result } from "../../src/result/result.ts";
import { checkClient, semconvPins } from "./check-client.ts";
import type { Protocol } from "./check-client.ts";
import { captureFile } from "./clients.ts";
import type { RealClient } from "./clients.ts";
import { cannotTellTable, compareWithTable, runName } from "./expected-findings.ts";
import { normaliseCapture } from "./normalise-capture.ts";

/**
 * Each client as it comes out of the box over both protocols, its other variants over one: the whole way through `check`, what it
 * sends against its capture, and every finding against the table.
 */
export function testRealClients(clients: readonly RealClient[]): void {
  const results: Result[] = [];
  afterAll(() => {
    console.log(`"Cannot tell", by version and rule, over ${results.length} runs:\n${cannotTellTable(results)}`);
  });

  describe.each(clients)("$title", (client) => {
    // A first time installs packages.
    beforeAll(async () => void (await client.prepare()), 360_000);

    for (const variant of client.variants) {
      const protocols: readonly Protocol[] = variant.name === "default" ? ["grpc", "http/protobuf"] : ["http/protobuf"];
      test.each(protocols)(`${variant.name} over %s`, { timeout: 90_000 }, async (protocol) => {
        const { result, exitCode, saved } = await checkClient(client, variant, protocol);
        results.push(result);
        expect(exitCode).toBe(0);
        expect(result.run.command?.exitCode).toBe(0);
        expect(result.received.refused).toBe(0);
        expect(result.versions.map((version) => version.semconv)).toEqual([...semconvPins]);
        expect(parsed(normaliseCapture(saved))).toEqual(parsed(readFileSync(captureFile(client, variant), "utf8")));
        expect(compareWithTable(runName(client, variant), result)).toEqual([]);
      });
    }
  });
}

/** Objects rather than lines, for a difference that can be read. */
function parsed(lines: string): unknown[] {
  return lines
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}
