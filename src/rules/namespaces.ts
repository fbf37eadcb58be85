/** The namespaces these conventions own: an unknown key here is advice, a deprecated one a violation. */
export function isOwnKey(key: string): boolean {
  return key.startsWith("gen_ai.") || key.startsWith("mcp.");
}

/** Own keys and those of the providers whose conventions live in the same models. */
export function isModelKey(key: string): boolean {
  return isOwnKey(key) || key.startsWith("openai.");
}
