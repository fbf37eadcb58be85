import { fraction } from "../digest.ts";
import type { AnswerContext, ModelApi, ReadCall, RequestFacts } from "../model-api.ts";
import { jsonReply, type Reply } from "../reply.ts";
import { BadRequest, isObject, present, type RequestFields } from "../request-fields.ts";
import { countTokens } from "../tokens.ts";
import { openAiHeaders } from "./openai-headers.ts";
import { refuseAsOpenAi } from "./refuse.ts";

/** POST /v1/embeddings. https://platform.openai.com/docs/api-reference/embeddings */
export const embeddings: ModelApi = {
  api: "openai.embeddings",
  operation: "embeddings",
  provider: "openai",
  read,
  facts: (body) => ({
    model: isObject(body) && typeof body["model"] === "string" ? body["model"] : "",
    stream: false,
  }),
  refuse: refuseAsOpenAi,
};

const MAX_INPUTS = 2048;
const MAX_DIMENSIONS = 4096;

/** One text to embed, or its tokens. */
type Input = string | readonly number[];

function read(body: RequestFields): ReadCall {
  const encoding = body.string("encoding_format");
  if (encoding !== undefined && encoding !== "float" && encoding !== "base64") {
    throw new BadRequest(
      `Invalid value of 'encoding_format': expected float or base64, got '${encoding}'.`,
      "encoding_format",
    );
  }
  const facts = present<RequestFacts>({
    model: body.required("model"),
    stream: false,
    encodingFormat: encoding,
    dimensions: body.integer("dimensions", 1, MAX_DIMENSIONS),
  });
  const inputs = readInputs(body.any("input"));
  const texts = inputs.filter((input) => typeof input === "string");
  const inputTokens = inputs.reduce(
    (sum, input) => sum + (typeof input === "string" ? Math.max(1, countTokens(input)) : input.length),
    0,
  );
  return {
    facts,
    userText: texts.length === 0 ? undefined : texts.join("\n"),
    inputTokens,
    answer: (context) => answer(facts, inputs, inputTokens, context),
  };
}

function readInputs(input: unknown): readonly Input[] {
  const inputs = isInput(input) ? [input] : input;
  if (!Array.isArray(inputs) || inputs.length === 0 || inputs.length > MAX_INPUTS || !inputs.every(isInput)) {
    throw new BadRequest(
      `Invalid 'input': expected a string, an array of tokens, or an array of 1 to ${MAX_INPUTS} of either.`,
      "input",
    );
  }
  return inputs;
}

function isInput(value: unknown): value is Input {
  if (typeof value === "string") return value !== "";
  return Array.isArray(value) && value.length > 0 && value.every((token) => Number.isInteger(token));
}

function answer(facts: RequestFacts, inputs: readonly Input[], inputTokens: number, context: AnswerContext): Reply {
  const dimensions = facts.dimensions ?? (facts.model.endsWith("-large") ? 3072 : 1536);
  const body = {
    object: "list",
    data: inputs.map((input, index) => {
      const vector = vectorOf(JSON.stringify(input), dimensions);
      const embedding = facts.encodingFormat === "base64" ? base64(vector) : vector;
      return { object: "embedding", index, embedding };
    }),
    model: facts.model,
    usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
  };
  return jsonReply(200, openAiHeaders(context.requestId), body, { model: facts.model, inputTokens });
}

/** A vector of length 1 that depends on the text alone. */
function vectorOf(text: string, dimensions: number): number[] {
  const phase = fraction(text) * 2 * Math.PI;
  const scale = Math.sqrt(2 / dimensions);
  const raw = Array.from({ length: dimensions }, (_, axis) => scale * Math.sin(phase * (axis + 1) + axis));
  const norm = Math.hypot(...raw);
  return raw.map((value) => Number((value / norm).toFixed(7)));
}

/** 32-bit floats, little-endian. */
function base64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length);
  vector.forEach((value, axis) => bytes.writeFloatLE(value, 4 * axis));
  return bytes.toString("base64");
}
