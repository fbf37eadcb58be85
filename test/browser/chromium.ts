import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

/** Where Debian puts it; CHROMIUM_PATH names another. */
const chromiumPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

const missing = existsSync(chromiumPath)
  ? undefined
  : `no browser at ${chromiumPath}: install Chromium (apt-get install chromium) or set CHROMIUM_PATH`;

/** Why browser tests are to be skipped on this machine, or undefined. In CI a missing browser is a failure, not a skip. */
export const skipReason: string | undefined = process.env["CI"] === "true" ? undefined : missing;

/** Starts a browser that talks to nobody on its own account. */
export function launchChromium(): Promise<Browser> {
  if (missing !== undefined) throw new Error(missing);
  return chromium.launch({
    executablePath: chromiumPath,
    headless: true,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
