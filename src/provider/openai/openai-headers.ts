/** What every reply of the API carries, beside its content type. */
export function openAiHeaders(requestId: string): Record<string, string> {
  return { "x-request-id": `req_${requestId}`, "openai-version": "2020-10-01" };
}

/** When a reply says it was made, seconds since the Unix epoch: replies depend on no clock. */
export const CREATED = 1_760_000_000;

/** A name of a model stands for a dated one, which is what answers. */
export function datedModel(model: string): string {
  return /\d{4}-\d{2}-\d{2}$/.test(model) ? model : `${model}-2026-01-01`;
}
