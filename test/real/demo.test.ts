import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import type { Result } from "../../src/result/result.ts";
import { semconvPins } from "./check-client.ts";

const root = join(import.meta.dirname, "..", "..");
const reports = join(root, "reports", "demo");

test(
  "the demo judges both services, prints a summary and leaves the reports where it says",
  { timeout: 120_000 },
  async () => {
    await rm(reports, { recursive: true, force: true });
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, "test", "real", "demo.ts")], {
      timeout: 110_000,
    });
    expect(stdout).toContain("The demo worked.");
    expect(stdout).toContain("reports/demo/report.html");

    const result = JSON.parse(await readFile(join(reports, "result.json"), "utf8")) as Result;
    expect(result.verdict).toBe("fail");
    expect(result.reasons.map((reason) => reason.code)).toEqual(["findings"]);
    expect(result.received).toMatchObject({ refused: 0, spans: 26, genai: { spans: 12 } });
    expect(result.semconv.pins).toEqual([...semconvPins]);
    const services = ["openai-under-opentelemetry", "openai-under-traceloop"];
    // A call without a span has no service that anyone knows.
    const judged = result.findings.filter((finding) => finding.where.service !== "(service not known)");
    expect([...new Set(judged.map((finding) => finding.where.service))].toSorted()).toEqual(services);
    for (const service of services) expect(stdout).toContain(service);
    // What only the calls show: a refusal, a stream left early and embeddings without a span.
    const missing = result.findings.filter((finding) => finding.ruleId === "call-without-span");
    const calls = ["chat gpt-4.1-nano", "chat o4-mini", "embeddings text-embedding-3-small"];
    expect([...new Set(missing.map((finding) => finding.where.span))].toSorted()).toEqual(calls);

    const html = await readFile(join(reports, "report.html"), "utf8");
    for (const service of services) expect(html).toContain(service);
  },
);
