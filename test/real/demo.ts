// The main job with everything embedded: two real instrumented services talk to a fake provider, `genai-testkit check` judges what they
// send against three versions of the conventions. Ends with 0 when the run itself worked; findings are what it is there to show.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join, relative } from "node:path";

import { semconvPins } from "./check-client.ts";
import { startOpenAiEndpoint } from "./openai-endpoint.ts";

const root = join(import.meta.dirname, "..", "..");
const out = join(root, "reports", "demo");

const [endpoint, grpcPort, httpPort] = await Promise.all([startOpenAiEndpoint(), freePort(), freePort()]);
const args = [
  relative(root, join(root, "src", "cli", "main.ts")),
  "check",
  ...semconvPins.flatMap((pin) => ["--semconv", pin]),
  ...["--fail-on", "never", "--grpc-port", String(grpcPort), "--http-port", String(httpPort)],
  ...["--out", relative(root, out), "--reporter", "terminal", "--reporter", "html", "--reporter", "json"],
  ...["--", "node", "test/real/line-a/two-services.ts"],
];

console.log(
  "Two services, each the official `openai` client under a real instrumentation, run against a fake OpenAI endpoint:",
);
console.log(`  ${["node", ...args].join(" ")}\n`);

const code = await new Promise<number | null>((resolve, reject) => {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      OPENAI_BASE_URL: endpoint.baseUrl,
      TWO_SERVICES_GRPC_ENDPOINT: `http://127.0.0.1:${grpcPort}`,
      TWO_SERVICES_HTTP_ENDPOINT: `http://127.0.0.1:${httpPort}`,
    },
  });
  const timer = setTimeout(() => child.kill("SIGTERM"), 90_000);
  child.once("error", reject);
  child.once("exit", (status) => {
    clearTimeout(timer);
    resolve(status);
  });
});
await endpoint.close();

if (code === 0) {
  console.log(
    `\nThe demo worked. The findings above are real: these instrumentations and versions of the conventions do disagree.`,
  );
  console.log(
    `Report: ${relative(root, join(out, "report.html"))} (open it in a browser), ${relative(root, join(out, "result.json"))}`,
  );
} else {
  console.error(`\nThe demo did not work: check ended with ${code ?? "a signal"}. What it printed above says why.`);
  process.exitCode = 1;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
