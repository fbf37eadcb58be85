import { exampleOf } from "./example-of-schema.ts";
import type { Asked, Choice, ToolCall, Turn } from "./model-api.ts";
import type { ScriptTurn } from "./script.ts";
import { countTokens, UNITS_PER_TOKEN } from "./tokens.ts";

const answer = "This is the made-up answer of a fake provider.";

/**
 * What the fake model says. Without a script: calls of the first tool (of the first two, when several at once are asked for) until a
 * tool's result comes last, JSON that satisfies the schema when there is one, otherwise a sentence; as long as the request lets it be.
 */
export function composeTurn(asked: Asked, script?: ScriptTurn): Turn {
  const { maxTokens, stopSequences } = asked.facts;
  const said = script === undefined ? undefined : { text: script.text, toolCalls: script.toolCalls ?? [] };
  const choices = Array.from({ length: asked.facts.choiceCount ?? 1 }, (_, index): Choice => {
    const { text, toolCalls } = said ?? defaultSaying(asked, index);
    const cut = text === undefined ? undefined : cutShort(text, maxTokens, stopSequences);
    const finish = script?.finishReason ?? cut?.finish ?? (toolCalls.length > 0 ? "tool_calls" : "stop");
    return {
      ...(cut !== undefined && { text: cut.text }),
      ...(cut?.stopSequence !== undefined && { stopSequence: cut.stopSequence }),
      toolCalls,
      finish,
    };
  });
  const reasoningTokens = script?.usage?.reasoningTokens ?? 0;
  return {
    ...(script?.model !== undefined && { model: script.model }),
    choices,
    usage: {
      inputTokens: script?.usage?.inputTokens ?? asked.inputTokens,
      cachedInputTokens: script?.usage?.cachedInputTokens ?? 0,
      cacheCreationInputTokens: script?.usage?.cacheCreationInputTokens ?? 0,
      outputTokens:
        script?.usage?.outputTokens ?? reasoningTokens + choices.reduce((sum, each) => sum + tokensOf(each), 0),
      reasoningTokens,
    },
  };
}

interface Saying {
  readonly text?: string | undefined;
  readonly toolCalls: readonly ToolCall[];
}

function defaultSaying(asked: Asked, index: number): Saying {
  const called = asked.tools.slice(0, asked.parallel ? 2 : 1);
  if (called.length > 0) {
    return { toolCalls: called.map(({ name, schema }) => ({ name, arguments: exampleOf(schema) ?? {} })) };
  }
  if (asked.schema !== undefined) return { text: JSON.stringify(exampleOf(asked.schema)), toolCalls: [] };
  if (asked.facts.outputType === "json") return { text: JSON.stringify({ answer }), toolCalls: [] };
  return { text: index === 0 ? answer : `${answer} It is choice ${index + 1}.`, toolCalls: [] };
}

interface CutShort {
  readonly text: string;
  readonly finish?: string;
  readonly stopSequence?: string;
}

function cutShort(whole: string, maxTokens: number | undefined, stopSequences: readonly string[] = []): CutShort {
  let text = whole;
  let stopSequence: string | undefined;
  for (const sequence of stopSequences) {
    const at = sequence === "" ? -1 : text.indexOf(sequence);
    if (at < 0) continue;
    text = text.slice(0, at);
    stopSequence = sequence;
  }
  if (maxTokens !== undefined && countTokens(text) > maxTokens) {
    return { text: text.slice(0, maxTokens * UNITS_PER_TOKEN), finish: "length" };
  }
  return stopSequence === undefined ? { text } : { text, finish: "stop_sequence", stopSequence };
}

function tokensOf({ text, toolCalls }: Choice): number {
  const called = toolCalls.reduce((sum, call) => sum + countTokens(JSON.stringify(call.arguments)), 0);
  return countTokens(text ?? "") + called;
}
