import type { Protocol } from "../driver/replay.ts";
import { closest } from "../semconv/closest.ts";
import { wholeNumber } from "./generate-command.ts";
import { KitError } from "./kit-error.ts";

/** Options as commander hands them over. */
export interface RawReplayOptions {
  readonly to: string;
  readonly protocol: string;
  readonly driver: string;
  readonly rate?: string;
  readonly inFlight?: string;
  readonly traces?: string;
  readonly duration?: string;
  readonly batch?: string;
  readonly gzip?: boolean;
  readonly header?: readonly string[];
  readonly timeout: string;
  readonly retries: string;
  readonly semconv?: string;
  readonly seed: string;
  readonly speed?: string;
  readonly ledger?: string;
  readonly json?: boolean;
}

export type DriverName = "otlp" | "sdk" | "live";

/** `scenario`: as the plan has traces begin; `max`: one after the other, as fast as the target takes them. */
type Rate = "scenario" | "max" | { readonly perSecond: number; readonly unit: "traces" | "spans" };

export interface ReplayOptions {
  readonly endpoint: URL;
  readonly protocol: Protocol;
  readonly driver: DriverName;
  readonly rate: Rate;
  readonly inFlight: number | undefined;
  readonly traces: number;
  readonly durationMs: number;
  readonly batch: number | undefined;
  readonly gzip: boolean;
  readonly headers: { readonly [name: string]: string };
  readonly timeoutMs: number;
  readonly retries: number;
  readonly seed: number;
  /** How many times as fast as the plan's time passes; 1 for drivers other than live, which need no time. */
  readonly speed: number;
}

const DEFAULT_TRACES = 100;
const MOST = 2 ** 32 - 1;
const defaultPorts: { readonly [protocol in Protocol]: string } = {
  grpc: "4317",
  "http/protobuf": "4318",
  "http/json": "4318",
};
const protocols = Object.keys(defaultPorts) as Protocol[];
const drivers: readonly DriverName[] = ["otlp", "sdk", "live"];
const LARGEST_SPEED = 10_000;

/** Throws a KitError for what is wrong. */
export function readReplayOptions(raw: RawReplayOptions): ReplayOptions {
  const protocol = oneOf("--protocol", raw.protocol, protocols);
  const durationMs = raw.duration === undefined ? Infinity : durationOf("--duration", raw.duration);
  const traces =
    raw.traces === undefined
      ? raw.duration === undefined
        ? DEFAULT_TRACES
        : Infinity
      : wholeNumber("--traces", raw.traces, 1, MOST);
  const driver = oneOf("--driver", raw.driver, drivers);
  return {
    endpoint: endpointOf(raw.to, protocol),
    protocol,
    driver,
    speed: speedOf(raw.speed, driver),
    rate: rateOf(raw.rate),
    inFlight: raw.inFlight === undefined ? undefined : wholeNumber("--in-flight", raw.inFlight, 1, 10_000),
    traces,
    durationMs,
    batch: raw.batch === undefined ? undefined : wholeNumber("--batch", raw.batch, 1, 100_000),
    gzip: raw.gzip === true,
    headers: headersOf(raw.header ?? []),
    timeoutMs: durationOf("--timeout", raw.timeout),
    retries: wholeNumber("--retries", raw.retries, 0, 100),
    seed: wholeNumber("--seed", raw.seed, 0, MOST),
  };
}

/** `host:port`, or a URL as OTEL_EXPORTER_OTLP_ENDPOINT has it; with OTLP's own port where a host stands alone. */
function endpointOf(text: string, protocol: Protocol): URL {
  const bare = !text.includes("://");
  const url = URL.parse(bare ? `http://${text}` : text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    throw new KitError(
      `--to: expected http(s)://host:port or host:port, got "${text}"`,
      `Give the endpoint that an exporter would be given, such as --to http://localhost:${defaultPorts[protocol]}.`,
    );
  }
  if (bare && url.port === "" && !/:\d+/.test(text)) url.port = defaultPorts[protocol];
  // A whole URL of the traces is what some settings ask for; the path is added again later.
  url.pathname = url.pathname.replace(/\/v1\/traces\/?$/, "");
  return url;
}

function rateOf(text: string | undefined): Rate {
  if (text === undefined) return "scenario";
  if (text === "max") return "max";
  const match = /^(\d+(?:\.\d+)?)(spans)?$/.exec(text);
  const perSecond = Number(match?.[1]);
  if (perSecond > 0 && perSecond <= 1e9) return { perSecond, unit: match?.[2] === undefined ? "traces" : "spans" };
  throw new KitError(
    `--rate: expected traces a second (50), spans a second (20000spans) or max, got "${text}"`,
    "Leave it out to send traces when the scenario has them begin.",
  );
}

function speedOf(text: string | undefined, driver: DriverName): number {
  if (text === undefined) return 1;
  if (driver !== "live") {
    throw new KitError(
      `--speed: expected --driver live beside it, got --driver ${driver}`,
      "Leave it out: only live services take the time that the scenario says; --rate says when traces begin.",
    );
  }
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (speed > 0 && speed <= LARGEST_SPEED) return speed;
  throw new KitError(
    `--speed: expected a number above 0, at most ${LARGEST_SPEED}, got "${text}"`,
    "Give how many times as fast as in the scenario time is to pass, such as --speed 10.",
  );
}

const units: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function durationOf(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const ms = Number(match?.[1]) * (units[match?.[2] ?? ""] ?? Number.NaN);
  if (ms > 0 && ms <= 30 * 24 * 3_600_000) return ms;
  throw new KitError(`${option}: expected a duration such as 30s, 5m or 500ms, got "${text}"`, "At most 720h.");
}

/** HTTP field names and values without line breaks (RFC 9110, section 5). */
function headersOf(texts: readonly string[]): { [name: string]: string } {
  return Object.fromEntries(
    texts.map((text) => {
      const match = /^([!#$%&'*+.^_`|~\w-]+)\s*[=:]\s*([\t\u0020-\u007e]*)$/.exec(text);
      if (match === null) {
        // The value may be a secret.
        throw new KitError(
          `--header: expected name=value in ASCII, got "${text.replace(/[=:].*/s, "=…")}"`,
          'Write it like --header "authorization=Bearer abc".',
        );
      }
      return [(match[1] as string).toLowerCase(), (match[2] as string).trim()];
    }),
  );
}

function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const known = names.find((name) => name === text);
  if (known !== undefined) return known;
  const near = closest(text, names);
  throw new KitError(
    `${option}: expected ${names.join(", ")}, got "${text}"${near === undefined ? "" : `; did you mean ${near}?`}`,
    `Give one of them, such as ${option} ${names[0]}.`,
  );
}
