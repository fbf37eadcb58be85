import { ownCopy } from "../otlp/own-copy.ts";

/** What looks like a credential. Deliberately wide: a masked harmless string costs little, a leaked key much. */
const secrets: readonly RegExp[] = [
  // A key may follow an underscore (`key_sk-…`), where \b sees no boundary.
  /(?<![A-Za-z0-9])(?:sk|pk|rk)-[A-Za-z0-9_-]{8,}/g,
  /(?<![A-Za-z0-9])(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{8,}/g,
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{20,}/g,
  /(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_-]{16,}/g,
  /(?<![A-Za-z0-9])gh[oprsu]_[A-Za-z0-9]{16,}/g,
  /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{16,}/g,
  /(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{12,}/g,
  /(?<![A-Za-z0-9])xox[abeprs]-[A-Za-z0-9-]{8,}/g,
  /(?<![A-Za-z0-9])(?:hf|gsk|r8)_[A-Za-z0-9]{16,}/g,
  /(?<![A-Za-z0-9])(?:xai|pplx)-[A-Za-z0-9]{20,}/g,
  /(?<![A-Za-z0-9])nvapi-[A-Za-z0-9_-]{20,}/g,
  /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g,
  /(?:bearer|basic)\s+[A-Za-z0-9+/_=.-]{8,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?:(?:api|access|account)[_-]?key|token|secret|password|passwd|pwd)["']?\s*[=:]\s*["']?[^\s"'&,;]{4,}/gi,
  /[?&](?:key|sig|signature|code)=[^\s&]{8,}/gi,
  /:\/\/[^\s/:@]+:[^\s/@]+@/g,
];

const LONGEST_INPUT = 4096;

/** The text without what looks like a secret, shortened to `longest` characters. */
export function display(text: string, longest: number): string {
  // The patterns run on a bounded prefix; only the beginning is ever shown. Findings live as long as the run.
  let shown = text.length > LONGEST_INPUT ? ownCopy(text.slice(0, LONGEST_INPUT)) : text;
  for (const pattern of secrets) shown = shown.replace(pattern, "[masked]");
  return shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown;
}

const LONGEST_ARGUMENT = 1000;
const secretOption = /^--?[a-z0-9_-]*(?:key|token|secret|password|passwd|pwd)$/i;

/** A command line without its secrets: those that look like one, and what follows an option such as `--api-key`. */
export function displayArguments(argv: readonly string[]): string[] {
  return argv.map((argument, index) => {
    const follows = index > 0 && secretOption.test(argv[index - 1]!) && !argument.startsWith("-");
    return follows ? "[masked]" : display(argument, LONGEST_ARGUMENT);
  });
}
