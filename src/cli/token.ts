import { readFileSync } from "node:fs";
import { KitError } from "./kit-error.ts";

const variable = "GENAI_TESTKIT_TOKEN";

/**
 * The token that clients must show: of --token-file, else of the environment variable GENAI_TESTKIT_TOKEN. There is no option that
 * holds the token itself: other users of the machine can read command lines. Throws a KitError, which does not quote it.
 */
export function readToken(file: string | undefined, environment: NodeJS.ProcessEnv): string | undefined {
  if (file !== undefined) return checked(`--token-file ${file}`, readTokenFile(file));
  const value = environment[variable];
  return value === undefined ? undefined : checked(variable, value);
}

function readTokenFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new KitError(
      `--token-file: cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
      "Give a file that holds the token and nothing else.",
      { cause: error },
    );
  }
}

/** RFC 6750, section 2.1, has these characters only. */
function checked(where: string, text: string): string {
  const token = text.trim();
  if (/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) return token;
  throw new KitError(
    `${where}: expected one bearer token, got ${token === "" ? "none" : "what cannot be one"}`,
    "A token is of letters, digits and - . _ ~ + / with = at its end at most: openssl rand -hex 32 makes one.",
  );
}
