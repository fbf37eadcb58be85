import { setupServer } from "msw/node";
import type { LedgerCall, LedgerLine, LedgerUnknownRoute } from "../../src/ledger/ledger.ts";
import type { FakeProviderOptions } from "../../src/provider/fake-provider.ts";
import { providerHandlers } from "../../src/provider/msw-handlers.ts";
import { startProvider } from "../../src/provider/start-provider.ts";

/** A fake provider, however it is reached, and what its ledger has come to hold. */
export interface Observed {
  readonly openai: string;
  readonly anthropic: string;
  readonly gemini: string;
  readonly server: LedgerCall["server"] | undefined;
  readonly lines: readonly LedgerLine[];
  /** The calls in the order in which they began; waits until there are that many, and fails when there are more. */
  calls(count: number): Promise<LedgerCall[]>;
  unknownRoutes(): LedgerUnknownRoute[];
  stop(): Promise<void>;
}

export type Transport = "HTTP" | "msw";

export async function observe(options: FakeProviderOptions = {}, transport: Transport = "HTTP"): Promise<Observed> {
  const lines: LedgerLine[] = [];
  let changed = (): void => undefined;
  const onLine = (line: LedgerLine): void => {
    lines.push(line);
    changed();
  };
  const calls = (): LedgerCall[] => lines.filter((line) => line.type === "call").toSorted((a, b) => a.call - b.call);
  const observed = {
    lines,
    calls: async (count: number) => {
      while (calls().length < count) {
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      }
      if (calls().length > count) throw new Error(`expected ${count} calls, got ${calls().length}`);
      return calls();
    },
    unknownRoutes: () => lines.filter((line) => line.type === "unknown-route"),
  };
  return { ...observed, ...(transport === "HTTP" ? await overHttp(options, onLine) : underMsw(options, onLine)) };
}

type Reached = Pick<Observed, "openai" | "anthropic" | "gemini" | "server" | "stop">;

async function overHttp(options: FakeProviderOptions, onLine: (line: LedgerLine) => void): Promise<Reached> {
  const provider = await startProvider({ ...options, onLine });
  const { url, port } = provider;
  return {
    openai: `${url}/v1`,
    anthropic: url,
    gemini: url,
    server: { address: "127.0.0.1", port },
    stop: () => provider.stop(),
  };
}

function underMsw(options: FakeProviderOptions, onLine: (line: LedgerLine) => void): Reached {
  const provider = providerHandlers({ ...options, onLine });
  const server = setupServer(...provider.handlers);
  server.listen({ onUnhandledFrame: "error" });
  return {
    openai: "https://api.openai.com/v1",
    anthropic: "https://api.anthropic.com",
    gemini: "https://generativelanguage.googleapis.com",
    server: undefined,
    stop: async () => {
      server.close();
      await provider.stop();
    },
  };
}
