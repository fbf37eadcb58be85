// The main job with everything embedded: two real instrumented services talk to a fake OpenAI endpoint, `genai-testkit check` judges what
// each sends, and then both together. Ends with 0 when that worked; the findings are what it is there to show.
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { semconvPins } from "./check-client.ts";
import { startOpenAiEndpoint } from "./openai-endpoint.ts";

const root = join(import.meta.dirname, "..", "..");
const cli = "src/cli/main.ts";
const out = "reports/demo";
const services = [
  { program: "test/real/line-a/opentelemetry.ts", protocol: "grpc", name: "opentelemetry" },
  { program: "test/real/line-a/traceloop.ts", protocol: "http/protobuf", name: "traceloop" },
];
const judge = [...semconvPins.flatMap((pin) => ["--semconv", pin]), "--fail-on", "never"];

await mkdir(join(root, out), { recursive: true });
const endpoint = await startOpenAiEndpoint();
try {
  for (const { program, protocol, name } of services) {
    console.log(`\n${program}: the official openai client under a real instrumentation, sending over ${protocol}`);
    await check(
      [...judge, "--reporter", `json=${out}/${name}.json`, "--save", `${out}/${name}.ndjson`, "--", "node", program],
      { OPENAI_BASE_URL: endpoint.baseUrl, OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
    );
  }
  console.log("\nBoth together:");
  await check(
    [
      ...judge,
      ...["--out", out, "--reporter", "terminal", "--reporter", "html", "--reporter", "json"],
      ...services.map(({ name }) => `${out}/${name}.ndjson`),
    ],
    {},
  );
  console.log(
    "\nThe demo worked. The findings are real: that is where these instrumentations and the conventions differ.",
  );
  console.log(`Open ${out}/report.html in a browser; ${out}/result.json has the same for machines.`);
} catch (error) {
  console.error(`\nThe demo did not work. ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await endpoint.close();
}

/** @throws when check does not end with 0 within a minute. */
async function check(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> {
  console.log(`$ genai-testkit check ${args.join(" ")}`);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    const child = spawn(process.execPath, [cli, "check", ...args], {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, ...environment },
      timeout: 60_000,
    });
    child.once("error", reject);
    child.once("exit", (...ended) => resolve(ended));
  });
  if (code !== 0) throw new Error(`check ended with ${code ?? signal}; what it printed above says why.`);
}
