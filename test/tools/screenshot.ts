// Renews the README's picture: the top of the report that `npm run demo` has written.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { launchChromium } from "../browser/chromium.ts";

const root = join(import.meta.dirname, "..", "..");
const report = join(root, "reports", "demo", "report.html");
const picture = join(root, "test", "browser", "report.png");
/** Down to the first findings, in CSS pixels. */
const size = { width: 1280, height: 1240 };
/** Bytes; it is downloaded with every clone. */
const largest = 300_000;

if (!existsSync(report)) throw new Error(`no report at ${report}: run npm run demo first`);
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: size, colorScheme: "light" });
  await page.goto(pathToFileURL(report).href);
  await page.screenshot({ path: picture });
} finally {
  await browser.close();
}
const bytes = statSync(picture).size;
if (bytes > largest) throw new Error(`${picture} has ${bytes} bytes, more than ${largest}: make it show less`);
console.log(`${picture}: ${size.width} × ${size.height}, ${bytes} bytes`);
