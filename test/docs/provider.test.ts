import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProviderCommand } from "../cli/running-provider.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const section = readme.slice(readme.indexOf("## Fake providers"), readme.indexOf("## Receiving"));

function block(language: string): string {
  const [, code] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(section) ?? [];
  if (code === undefined) throw new Error(`README.md has no ${language} block under "Fake providers"`);
  return code;
}

/** The arguments of a shell line without variables. */
function argumentsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}

// Within the checkout, so that packages are found.
let folder = "";
beforeAll(() => {
  mkdirSync(join(root, ".cache"), { recursive: true });
  folder = mkdtempSync(join(root, ".cache", "readme-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("README.md on fake providers", () => {
  const commands = block("").trimEnd().split("\n");

  test.each(commands)("%s", async (command) => {
    writeFileSync(join(folder, "agent.yaml"), block("yaml"));
    const [npx, name, provider, ...args] = argumentsOf(command.replace(/ +#.*$/, ""));
    expect([npx, name, provider]).toEqual(["npx", "otel-genai-testkit", "provider"]);
    const { child, end, url } = await startProviderCommand([...args, "--port", "0"], { cwd: folder });
    const body = { model: "gpt-4o", messages: [{ role: "user", content: "How is the weather?" }] };
    const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(body) });
    const text = await response.text();
    if (command.includes("--script")) expect(text).toContain("get_weather");
    else expect([200, 429]).toContain(response.status);
    child.kill("SIGINT");
    expect((await end).code).toBe(0);
  });

  test("the program for msw runs", async () => {
    const program = join(folder, "msw.ts");
    const source = block("ts")
      .replace("otel-genai-testkit/provider", join(root, "src", "provider", "index.ts"))
      .replace("const calls = [];", "const calls: unknown[] = [];")
      .replace(
        /^\/\/ … .*$/m,
        'const { status } = await fetch("https://api.openai.com/v1/responses", { method: "POST", body: "{}" });',
      );
    writeFileSync(program, `${source}console.log(status, calls.length);\n`);
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 30_000 });
    expect(stdout).toBe("400 3\n");
  });
});
