/** What looks like a credential. Deliberately wide: a masked harmless string costs little, a leaked key much. */
const secrets: readonly RegExp[] = [
  /\b(?:sk|pk|rk)-[A-Za-z0-9_-]{8,}/g,
  /\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{8,}/g,
  /\bAKIA[A-Z0-9]{12,}\b/g,
  /\bASIA[A-Z0-9]{12,}\b/g,
  /\bAIza[A-Za-z0-9_-]{20,}/g,
  /\bgh[opsu]_[A-Za-z0-9]{16,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{16,}/g,
  /\bglpat-[A-Za-z0-9_-]{12,}/g,
  /\bxox[abeprs]-[A-Za-z0-9-]{8,}/g,
  /\bhf_[A-Za-z0-9]{16,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g,
  /\b(?:bearer|basic)\s+[A-Za-z0-9+/_=.-]{8,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:api[_-]?key|token|secret|password|passwd|pwd)["']?\s*[=:]\s*["']?[^\s"'&,;]{4,}/gi,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/gi,
];

const LONGEST_INPUT = 4096;

/** The text without what looks like a secret, shortened to `longest` characters. */
export function display(text: string, longest: number): string {
  // The patterns run on a bounded prefix; only the beginning is ever shown.
  let shown = text.length > LONGEST_INPUT ? text.slice(0, LONGEST_INPUT) : text;
  for (const pattern of secrets) shown = shown.replace(pattern, "[masked]");
  return shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown;
}
