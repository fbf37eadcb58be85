import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const folder = join(import.meta.dirname, "line-b");

/** Installs what line-b/package-lock.json says, unless that has been done already. */
export async function installLineB(): Promise<void> {
  const lock = createHash("sha256")
    .update(await readFile(join(folder, "package-lock.json")))
    .digest("hex");
  const mark = join(folder, "node_modules", ".installed-lock");
  if ((await readFile(mark, "utf8").catch(() => "")) === lock) return;
  try {
    await promisify(execFile)("npm", ["ci", "--ignore-scripts"], { cwd: folder, timeout: 170_000 });
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim().slice(-2000) : String(error);
    throw new Error(`npm ci in test/real/line-b failed.\n${said}`, { cause: error });
  }
  await writeFile(mark, lock);
}
