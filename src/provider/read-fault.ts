import type { LedgerApi } from "../ledger/ledger.ts";
import type { CallRange, Fault, FaultEffect, Quota } from "./fault.ts";
import { SettingError } from "./setting-error.ts";

/** The APIs by the names that the ledger gives them. */
const apiNames: readonly LedgerApi[] = [
  "openai.chat_completions",
  "openai.responses",
  "openai.embeddings",
  "anthropic.messages",
  "gemini.generate_content",
];

type Reader = (text: string, where: string) => Partial<Fault>;

const targets: ReadonlyMap<string, Reader> = new Map(
  Object.entries<Reader>({
    api: (text, where) => ({ api: readApi(text, where) }),
    model: (text) => ({ model: text }),
    rate: (text, where) => ({ rate: readNumber(text, where, "a share from 0 to 1", 0, 1) }),
    calls: (text, where) => ({ calls: readRanges(text, where) }),
    concurrent: (text, where) => ({ concurrent: readInteger(text, where, 1) }),
    requests: (text, where) => ({ requests: readQuota(text, where) }),
    tokens: (text, where) => ({ tokens: readQuota(text, where) }),
  }),
);

const effects: ReadonlyMap<string, Reader> = new Map(
  Object.entries<Reader>({
    status: (text, where) => ({ status: readInteger(text, where, 400, 599) }),
    "retry-after": (text, where) => ({ retryAfterSeconds: readNumber(text, where, "seconds, 0 to 86400", 0, 86_400) }),
    timeout: (text, where) => {
      if (text !== "true") throw new SettingError(where, "no value", quoted(text));
      return { timeout: true };
    },
    "first-token": (text, where) => ({ firstTokenMs: readDuration(text, where) }),
    token: (text, where) => ({ tokenMs: readDuration(text, where) }),
    cut: (text, where) => ({ cut: readInteger(text, where, 0) }),
    malformed: (text, where) => ({ malformed: text === "true" ? 1 : readInteger(text, where, 1) }),
  }),
);

/** What a fault's keys may be, those of its target first. */
const faultKeys: readonly string[] = [...targets.keys(), ...effects.keys()];

/**
 * A fault as a user writes it, `key=value` pairs and bare keys between blanks: `rate=0.1 status=429 retry-after=1`.
 *
 * @param where what the errors name
 * @throws {SettingError}
 */
export function parseFault(text: string, where = "fault"): Fault {
  return readFault(pairs(text), where);
}

/**
 * The effect alone, as a request's own header names it.
 *
 * @throws {SettingError}
 */
export function parseFaultEffect(text: string, where: string): FaultEffect {
  const entries = pairs(text);
  const known = [...effects.keys()];
  for (const word of Object.keys(entries)) {
    if (!known.includes(word))
      throw new SettingError(where, `one of ${known.join(", ")}`, quoted(word), { word, known });
  }
  return readFault(entries, where);
}

/**
 * A fault as a file has it: the same keys, in an object.
 *
 * @throws {SettingError}
 */
export function readFault(entries: Readonly<Record<string, unknown>>, where: string): Fault {
  let fault: Fault = {};
  for (const [word, value] of Object.entries(entries)) {
    const read = targets.get(word) ?? effects.get(word);
    if (read === undefined) {
      throw new SettingError(where, `one of ${faultKeys.join(", ")}`, quoted(word), { word, known: faultKeys });
    }
    fault = { ...fault, ...read(String(value), `${where}: ${word}`) };
  }
  const keys = Object.keys(entries);
  const limits = ["concurrent", "requests", "tokens"];
  if (!keys.some((key) => effects.has(key) && key !== "retry-after") && !keys.some((key) => limits.includes(key))) {
    throw new SettingError(
      where,
      "something that goes wrong (status=503, timeout, cut=2, requests=10/1m, …)",
      quoted(keys.join(" ")),
    );
  }
  // Without a status there is no refusal to say when to come again; a capacity's refusal has status 429.
  if (
    fault.retryAfterSeconds !== undefined &&
    fault.status === undefined &&
    !keys.some((key) => limits.includes(key))
  ) {
    throw new SettingError(where, "a status beside retry-after", "none");
  }
  return fault;
}

function pairs(text: string): Record<string, string> {
  const words = text.split(/\s+/).filter((word) => word !== "");
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf("=");
      return equals < 0 ? [word, "true"] : [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
}

function readApi(text: string, where: string): LedgerApi {
  const api = apiNames.find((name) => name === text);
  if (api !== undefined) return api;
  throw new SettingError(where, `one of ${apiNames.join(", ")}`, quoted(text), { word: text, known: apiNames });
}

function readNumber(text: string, where: string, expected: string, least: number, most: number): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= least && value <= most) return value;
  throw new SettingError(where, expected, quoted(text));
}

function readInteger(text: string, where: string, least: number, most = 1_000_000): number {
  const expected = `an integer from ${least} to ${most}`;
  const value = readNumber(text, where, expected, least, most);
  if (Number.isInteger(value)) return value;
  throw new SettingError(where, expected, quoted(text));
}

const units: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
]);

/** Such as `200ms`, `2s` or `1m`. */
function readDuration(text: string, where: string): number {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const ms = Number(amount) * (units.get(unit) ?? Number.NaN);
  if (amount !== "" && ms <= 3_600_000) return ms;
  throw new SettingError(where, "a time of at most an hour, such as 200ms, 2s or 1m", quoted(text));
}

/** Such as `10/1m`: ten a minute. */
function readQuota(text: string, where: string): Quota {
  const [count = "", window = ""] = text.split("/", 2);
  if (!/^\d{1,9}$/.test(count) || window === "")
    throw new SettingError(where, "a limit and its window, such as 10/1m", quoted(text));
  return { limit: Number(count), windowMs: readDuration(window, where) };
}

/** Such as `1`, `2-4`, `5-` (from the fifth on), several with commas between. */
function readRanges(text: string, where: string): CallRange[] {
  return text.split(",").map((part) => {
    const [, from = "", dash, to = ""] = /^(\d{1,9})(-)?(\d{1,9})?$/.exec(part.trim()) ?? [];
    const first = Number(from);
    const last = dash === undefined ? first : to === "" ? Infinity : Number(to);
    if (from !== "" && (dash !== undefined || to === "") && first >= 1 && last >= first) return { first, last };
    throw new SettingError(where, "numbers of calls, such as 1, 2-4 or 5-, with commas between", quoted(part));
  });
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
