import type { LedgerApi } from "../ledger/ledger.ts";

/** What the fake model says, instead of what it makes up: conversations, each with the turns of the assistant in order. */
export interface Script {
  readonly conversations: readonly ScriptConversation[];
}

export interface ScriptConversation {
  /** Which requests it is for; all, when absent. The first conversation that fits is taken. */
  readonly when?: {
    readonly api?: LedgerApi;
    readonly model?: string;
    /** Stands somewhere in the last user message. */
    readonly userText?: string;
  };
  /** Turn k answers a request with k - 1 turns of the assistant in it. What comes after the last is made up as without a script. */
  readonly turns: readonly ScriptTurn[];
}

export interface ScriptTurn {
  readonly text?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: unknown }[];
  /** As the provider spells it; what fits the turn, when absent. */
  readonly finishReason?: string;
  /** The model that answers. */
  readonly model?: string;
  readonly usage?: {
    readonly inputTokens?: number;
    readonly cachedInputTokens?: number;
    readonly cacheCreationInputTokens?: number;
    readonly outputTokens?: number;
    readonly reasoningTokens?: number;
  };
}

/** The turn that a script has for a request, if it has one. */
export function scriptTurn(
  script: Script,
  request: {
    readonly api: LedgerApi;
    readonly model: string;
    readonly userText: string | undefined;
    readonly turn: number;
  },
): ScriptTurn | undefined {
  const conversation = script.conversations.find(
    ({ when }) =>
      (when?.api === undefined || when.api === request.api) &&
      (when?.model === undefined || when.model === request.model) &&
      (when?.userText === undefined || request.userText?.includes(when.userText) === true),
  );
  return conversation?.turns[request.turn];
}
