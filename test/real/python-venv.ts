import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = join(import.meta.dirname, "..", "..", ".cache", "python");

/**
 * The interpreter of a virtual environment that holds exactly what a requirements file pins. Made once per file and Python
 * version (some 15 s, from a package index) under `.cache/python/`, reused from then on.
 *
 * @throws when the environment cannot be made: the message ends with what the failing command said.
 */
export async function pythonEnvironment(requirementsFile: string): Promise<string> {
  const version = await pythonVersion();
  if (version === undefined) throw new Error("There is no python3 of version 3.10 or later on the PATH.");
  const requirements = await readFile(requirementsFile);
  const key = createHash("sha256").update(requirements).update(version).digest("hex").slice(0, 16);
  const name = basename(requirementsFile, ".requirements.txt");
  const environment = join(cache, `${name}-${key}`);
  const interpreter = join(environment, "bin", "python");
  const complete = join(environment, "complete");
  if (existsSync(complete)) return interpreter;

  // Made aside and then renamed, so that what stands under the final name is whole, whoever else makes it at the same time.
  const draft = `${environment}.${process.pid}`;
  await mkdir(cache, { recursive: true });
  await rm(draft, { recursive: true, force: true });
  try {
    await step("python3", ["-m", "venv", draft]);
    await step(join(draft, "bin", "python"), ["-m", "pip", "install", "--quiet", "--no-deps", "-r", requirementsFile]);
    await writeFile(join(draft, "complete"), "");
    await rename(draft, environment).catch((error: unknown) => {
      if (!existsSync(complete)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return interpreter;
}

/** The version of `python3` on the PATH, such as `3.11.7`; undefined when there is none, or one older than the clients take. */
export async function pythonVersion(): Promise<string | undefined> {
  const answer = await run("python3", ["-c", "import platform; print(platform.python_version())"]).catch(
    () => undefined,
  );
  const version = answer?.stdout.trim();
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  return major === 3 && minor >= 10 ? version : undefined;
}

async function step(command: string, args: readonly string[]): Promise<void> {
  try {
    await run(command, [...args], { timeout: 170_000, env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: "1" } });
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim().slice(-2000) : String(error);
    throw new Error(`Could not make the Python environment: ${command} ${args.join(" ")} failed.\n${said}`, {
      cause: error,
    });
  }
}
