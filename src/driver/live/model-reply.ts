/** What a reply, or as much of a stream as came, tells; each as it is undefined where it does not. */
export interface ModelReply {
  readonly id: string | undefined;
  readonly input: number | undefined;
  readonly output: number | undefined;
}

/** Reads the JSON body or the events of any of the providers' APIs. */
export function readModelReply(body: string): ModelReply {
  const reply: { id: string | undefined; input: number | undefined; output: number | undefined } = {
    id: undefined,
    input: undefined,
    output: undefined,
  };
  for (const document of documentsOf(body)) {
    const message = fieldOf(document, "message") ?? document;
    reply.id ??= firstOf(message, ["id", "responseId"], "string");
    const usage = fieldOf(document, "usage") ?? fieldOf(message, "usage") ?? fieldOf(document, "usageMetadata");
    // The last one counts: streams tell of it in part before.
    reply.input = firstOf(usage, ["prompt_tokens", "input_tokens", "promptTokenCount"], "number") ?? reply.input;
    reply.output =
      firstOf(usage, ["completion_tokens", "output_tokens", "candidatesTokenCount"], "number") ?? reply.output;
  }
  return reply;
}

function documentsOf(body: string): unknown[] {
  if (!/^(data|event):/.test(body)) return parsed(body);
  return body.split(/\r?\n/).flatMap((line) => (line.startsWith("data: {") ? parsed(line.slice(6)) : []));
}

/** None for what was cut off. */
function parsed(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as { readonly [name: string]: unknown })[name]
    : undefined;
}

function firstOf(value: unknown, names: readonly string[], type: "string"): string | undefined;
function firstOf(value: unknown, names: readonly string[], type: "number"): number | undefined;
function firstOf(value: unknown, names: readonly string[], type: "string" | "number"): unknown {
  return names.map((name) => fieldOf(value, name)).find((field) => typeof field === type);
}
