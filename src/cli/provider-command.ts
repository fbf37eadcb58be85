import { LedgerError } from "../ledger/ledger-error.ts";
import { clientEnvironment } from "../provider/client-environment.ts";
import { loadScript } from "../provider/load-script.ts";
import { PortError } from "../provider/port-error.ts";
import { parseFault } from "../provider/read-fault.ts";
import { SettingError } from "../provider/setting-error.ts";
import { startProvider, type ProviderOptions } from "../provider/start-provider.ts";
import { closest } from "../semconv/closest.ts";
import { isLoopback } from "./exposure.ts";
import { KitError, lastSentenceAsFix } from "./kit-error.ts";
import { portOf } from "./port-option.ts";
import { ProviderSummary } from "./provider-summary.ts";
import { whenStopped } from "./when-stopped.ts";

export interface RawProviderOptions {
  readonly host: string;
  readonly port: string;
  readonly ledger?: string;
  readonly script?: string;
  readonly fault?: readonly string[];
  readonly seed: string;
  readonly json?: boolean;
}

/** `provider`: answers model calls until Ctrl-C or SIGTERM, then says what was called. Resolves to the exit code. */
export async function runProvider(raw: RawProviderOptions): Promise<number> {
  const options = readProviderOptions(raw);
  const summary = new ProviderSummary();
  const stop = whenStopped();
  try {
    const provider = await startProvider({ ...options, onLine: (line) => summary.add(line) });
    try {
      announce(provider.url, raw);
      await stop.asked;
    } finally {
      await provider.stop();
    }
  } catch (error) {
    throw clearly(error);
  } finally {
    stop.forget();
  }
  process.stdout.write(raw.json === true ? `${JSON.stringify(summary.toJson())}\n` : summary.toText());
  return 0;
}

function readProviderOptions(raw: RawProviderOptions): ProviderOptions {
  try {
    const loaded = raw.script === undefined ? undefined : loadScript(raw.script);
    const faults = (raw.fault ?? []).map((text) => parseFault(text, `--fault "${text}"`));
    return {
      host: raw.host,
      port: portOf(raw.port, "--port"),
      seed: seedOf(raw.seed),
      faults: [...faults, ...(loaded?.faults ?? [])],
      ...(loaded !== undefined && { script: loaded.script }),
      ...(raw.ledger !== undefined && { ledger: raw.ledger }),
    };
  } catch (error) {
    throw clearly(error);
  }
}

function seedOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new KitError(
    `--seed: expected a number, 0 to 10^15 - 1, got "${text}"`,
    "Give a whole number, or leave it out.",
  );
}

function announce(url: string, { host, json, ledger }: RawProviderOptions): void {
  const environment = clientEnvironment(url);
  if (!isLoopback(host)) {
    process.stderr.write(
      `warning: whoever reaches ${host} may call this provider; it looks at no key. Leave out --host to listen on loopback.\n`,
    );
  }
  if (json === true) return void process.stdout.write(`${JSON.stringify({ type: "listening", url, environment })}\n`);
  const variables = Object.entries(environment).map(([name, value]) => `  export ${name}=${value}\n`);
  process.stderr.write(
    `Fake providers of OpenAI, Anthropic and Gemini on ${url}. Point clients at them:\n${variables.join("")}` +
      `Stop with Ctrl-C or SIGTERM; then ${ledger === undefined ? "" : `the ledger is in ${ledger} and `}what was called is summed up.\n`,
  );
}

/** Errors of ports, ledgers, faults and scripts as KitErrors; any other as it is. */
function clearly(error: unknown): unknown {
  if (error instanceof PortError || error instanceof LedgerError) return lastSentenceAsFix(error);
  if (!(error instanceof SettingError)) return error;
  const meant = error.unknown === undefined ? undefined : closest(error.unknown.word, error.unknown.known);
  const fix = meant === undefined ? "genai-testkit provider --help has examples." : `Did you mean "${meant}"?`;
  return new KitError(error.message, fix, { cause: error });
}
