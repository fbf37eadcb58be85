const OWN_ATTRIBUTES = ["gen_ai.", "mcp.", "openai.", "jsonrpc."];
const KEPT_SIGNALS = ["gen_ai.", "mcp.", "openai.", "azure.ai.", "aws.bedrock.", "anthropic."];

/** Whether the registry takes every attribute of this key's namespace, used by a signal or not. */
export function isOwnAttribute(key: string): boolean {
  return OWN_ATTRIBUTES.some((namespace) => key.startsWith(namespace));
}

/** Whether a span, event, metric or entity belongs to the kit (AWS SDK, Cosmos DB, RPC and the like do not). */
export function isKeptSignal(name: string): boolean {
  const bare = name.replace(/^trace\./, "");
  return KEPT_SIGNALS.some((namespace) => bare.startsWith(namespace));
}

/** Whether a model file belongs to our namespaces (`gen-ai/spans.yaml`, and `trace/gen-ai.yaml` up to 1.27). */
export function isOwnFile(file: string): boolean {
  return /\/(?:gen-ai|mcp|openai|aws-bedrock|jsonrpc)[./]/.test(file);
}
