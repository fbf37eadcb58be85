import { createReadStream, readFileSync } from "node:fs";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { LedgerError } from "./ledger-error.ts";
import type { LedgerEnd, LedgerEntry, LedgerHeader, LedgerLine } from "./ledger.ts";

export interface LedgerReading {
  readonly header: LedgerHeader;
  /** Absent when the file is torn: its end line is missing, so that further calls may be, too. */
  readonly end?: LedgerEnd;
  /** How many calls were read. */
  readonly calls: number;
  /** How many spans were read. */
  readonly spans: number;
  /** The first of the lines that could not be read; a torn last line is one of them. */
  readonly damaged: readonly DamagedLine[];
  readonly damagedCount: number;
  /** Whether nothing is missing: the end line is there, no line is damaged, and the end line's counts are the file's. */
  readonly whole: boolean;
}

interface DamagedLine {
  /** 1 for the header. */
  readonly line: number;
  readonly expected: string;
  readonly actual: string;
}

/** Distinct damaged lines that are kept; the rest is counted. */
const MAX_DAMAGED = 20;
/** A call takes some 1 kB; its longest parts are the propagation headers, which a server bounds to 16 KiB, and the model's name. */
const MAX_LINE_BYTES = 1 << 20;

/**
 * Reads a ledger line by line and hands over each entry as it comes.
 *
 * @throws {LedgerError} when the file cannot be read, is no ledger, or one of another schema version
 */
export async function readLedger(path: string, onEntry: (entry: LedgerEntry) => void): Promise<LedgerReading> {
  let header: LedgerHeader | undefined;
  let end: LedgerEnd | undefined;
  let calls = 0;
  let spans = 0;
  let damagedCount = 0;
  const damaged: DamagedLine[] = [];
  const damage = (line: number, expected: string, actual: string): void => {
    damagedCount += 1;
    if (damaged.length < MAX_DAMAGED) damaged.push({ line, expected, actual });
  };

  for await (const { number, text, ended } of linesOf(path)) {
    if (header === undefined) {
      header = readHeader(path, text);
      continue;
    }
    if (text === "" && ended) continue;
    const entry = readLine(text);
    if (typeof entry === "string") {
      const torn = ended ? "" : ", torn at its end";
      damage(number, "a line of the ledger's JSON Schema", entry + torn);
    } else if (end !== undefined) {
      damage(number, "nothing after the end line", `a line of type ${entry.type}`);
    } else if (entry.type === "end") {
      end = entry;
    } else if (entry.type === "ledger") {
      damage(number, "one header, on the first line", "another header");
    } else {
      if (entry.type === "call") calls += 1;
      if (entry.type === "span") spans += 1;
      onEntry(entry);
    }
  }

  if (header === undefined) throw notALedger(path, "an empty file");
  const whole = end !== undefined && damagedCount === 0 && end.calls === calls && (end.spans ?? 0) === spans;
  return { header, ...(end !== undefined && { end }), calls, spans, damaged, damagedCount, whole };
}

interface Line {
  readonly number: number;
  readonly text: string;
  /** Whether a line break ends it. */
  readonly ended: boolean;
}

async function* linesOf(path: string): AsyncGenerator<Line> {
  let rest: Buffer[] = [];
  let length = 0;
  let number = 1;
  const take = (ended: boolean): Line => {
    // A longer line is damage whatever it holds; its beginning is kept, the rest is passed over.
    const text = Buffer.concat(rest).toString("utf8");
    const line = { number, text: length > MAX_LINE_BYTES ? text.slice(0, 100) : text, ended };
    rest = [];
    length = 0;
    number += 1;
    return line;
  };
  const keep = (bytes: Buffer): void => {
    if (length <= MAX_LINE_BYTES) rest.push(bytes.subarray(0, MAX_LINE_BYTES + 1 - length));
    length += bytes.length;
  };
  try {
    for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = part.indexOf(0x0a); at >= 0; at = part.indexOf(0x0a, from)) {
        keep(part.subarray(from, at));
        yield take(true);
        from = at + 1;
      }
      keep(part.subarray(from));
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (typeof code !== "string") throw error;
    const actual = code === "ENOENT" ? "no such file" : (error as Error).message;
    throw new LedgerError(
      `${path}: expected a ledger that can be read, got ${actual}. Give the file that --ledger of genai-testkit provider wrote.`,
      { cause: error },
    );
  }
  if (length > 0) yield take(false);
}

function readHeader(path: string, text: string): LedgerHeader {
  const value = parse(text);
  if (!isObject(value) || value["type"] !== "ledger") {
    throw notALedger(path, text.trim() === "" ? "an empty line" : "a file whose first line is something else");
  }
  const version = value["schemaVersion"];
  if (typeof version === "string" && version !== "1.0") {
    throw new LedgerError(
      `${path}, line 1: expected a ledger of schemaVersion 1.0, got ${JSON.stringify(version.slice(0, 20))}. Read it with the otel-genai-testkit that wrote it, or write it anew.`,
    );
  }
  const line = readLine(text);
  if (typeof line === "string") throw notALedger(path, line);
  if (line.type !== "ledger") throw notALedger(path, `a line of type ${line.type}`);
  return line;
}

function notALedger(path: string, actual: string): LedgerError {
  return new LedgerError(
    `${path}, line 1: expected the header of a ledger ({"type":"ledger",…}), got ${actual}. Give the file that --ledger of genai-testkit provider wrote.`,
  );
}

const schemaId = "https://otel-genai-testkit.dev/schema/ledger-1.0.schema.json";
const definitions: ReadonlyMap<string, string> = new Map([
  ["ledger", "header"],
  ["call", "call"],
  ["unknown-route", "unknownRoute"],
  ["span", "span"],
  ["end", "end"],
]);
let schemas: Ajv2020 | undefined;

/** The entry, or what keeps the text from being one. */
function readLine(text: string): LedgerLine | string {
  const value = parse(text);
  if (value === undefined) return "no JSON";
  const type = isObject(value) ? value["type"] : undefined;
  const definition = typeof type === "string" ? definitions.get(type) : undefined;
  if (definition === undefined) return `JSON whose type is ${JSON.stringify(type)?.slice(0, 40) ?? "missing"}`;
  schemas ??= loadSchema();
  const validate = schemas.getSchema(`${schemaId}#/$defs/${definition}`);
  if (validate === undefined) throw new Error(`the ledger's schema defines no ${definition}`);
  if (validate(value)) return value as LedgerLine;
  const [error] = validate.errors ?? [];
  return `a line whose ${error?.instancePath === "" ? String(type) : (error?.instancePath ?? "")} ${error?.message ?? "is wrong"}`;
}

function loadSchema(): Ajv2020 {
  const file = new URL("../../specs/schema/ledger.schema.json", import.meta.url);
  return new Ajv2020({ strict: true }).addSchema(JSON.parse(readFileSync(file, "utf8")) as AnySchemaObject);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
