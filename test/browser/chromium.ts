import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

/** Where Debian puts it; CHROMIUM_PATH names another. */
export const chromiumPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** Why there is no browser to test with, or undefined when there is one. */
export const missingBrowser: string | undefined = existsSync(chromiumPath)
  ? undefined
  : `no browser at ${chromiumPath}: install Chromium (apt-get install chromium) or set CHROMIUM_PATH`;

/** Starts a browser that talks to nobody on its own account. */
export function launchChromium(): Promise<Browser> {
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
