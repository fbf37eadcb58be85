// The main job with everything embedded: `genai-testkit check --provider` runs two real instrumented services against its fake providers, judges
// what they send, and holds it against the calls that they made. Its findings are what the demo is there to show: it ends with 0 when the run itself worked, although `check` says fail.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Result } from "../../src/result/result.ts";
import { semconvPins } from "./check-client.ts";

const root = join(import.meta.dirname, "..", "..");
const out = "reports/demo";
const command = [
  ...["check", "--provider", ...semconvPins.flatMap((pin) => ["--semconv", pin])],
  ...["--out", out, "--reporter", "terminal", "--reporter", "html", "--reporter", "json"],
  ...["--", "node", "test/real/line-a/two-services.ts"],
];

console.log(`Two services, each the official openai client under a real instrumentation, run against a fake OpenAI provider:

$ genai-testkit ${command.join(" ")}
`);
const [code, signal] = await check();
const trouble =
  code === 0 || code === 1 ? await troubleOf(join(root, out, "result.json")) : `check ended with ${code ?? signal}`;
if (trouble === undefined) {
  console.log(`
The demo worked. The findings are real: that is where these instrumentations and the conventions differ, and what they leave out.
Open ${out}/report.html in a browser; ${out}/result.json has the same for machines.`);
} else {
  console.error(`\nThe demo did not work: ${trouble}. What is printed above says why.`);
  process.exitCode = 1;
}

/** How `check` ended: its exit code, or the signal that ended it (SIGTERM when it took more than 90 s). */
function check(): Promise<[code: number | null, signal: string | null]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["src/cli/main.ts", ...command], {
      cwd: root,
      stdio: "inherit",
      timeout: 90_000,
    });
    child.once("error", reject);
    child.once("exit", (...ended) => resolve(ended));
  });
}

/** What makes the Result worthless as a demo, whatever its findings; undefined when nothing does. */
async function troubleOf(resultFile: string): Promise<string | undefined> {
  const { verdict, run } = JSON.parse(await readFile(resultFile, "utf8")) as Result;
  if (run.command?.exitCode !== 0) return "a service failed";
  return verdict === "inconclusive" ? "the run is inconclusive" : undefined;
}
