import { clientEnvironment } from "../provider/client-environment.ts";
import { startProvider } from "../provider/start-provider.ts";
import { isLoopback } from "./exposure.ts";
import { portOf } from "./port-option.ts";
import { clearProviderError, readBehaviour, type RawBehaviour } from "./provider-options.ts";
import { ProviderSummary } from "./provider-summary.ts";
import { whenStopped } from "./when-stopped.ts";

export interface RawProviderOptions extends RawBehaviour {
  readonly host: string;
  readonly port: string;
  readonly json?: boolean;
}

/** `provider`: answers model calls until Ctrl-C or SIGTERM, then says what was called. Resolves to the exit code. */
export async function runProvider(raw: RawProviderOptions): Promise<number> {
  const options = { ...readBehaviour(raw), host: raw.host, port: portOf(raw.port, "--port") };
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
    throw clearProviderError(error);
  }
  process.stdout.write(raw.json === true ? `${JSON.stringify(summary.toJson())}\n` : summary.toText());
  return 0;
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
