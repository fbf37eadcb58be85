import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../../../shared/semconv/", import.meta.url));

/** The folder of upstream's model files, which lies beside a checkout but is no part of it; undefined where it is missing. */
export function upstreamModels(): { readonly models: string; readonly diffs: string } | undefined {
  if (existsSync(FOLDER)) return { models: `${FOLDER}models`, diffs: `${FOLDER}diffs.md` };
  console.warn(
    `\n!!! ${FOLDER} is not there: NOT TESTED that a re-import gives the same bytes, nor that the diffs agree. ` +
      "The upstream model files are input, not part of the checkout.\n",
  );
  return undefined;
}
