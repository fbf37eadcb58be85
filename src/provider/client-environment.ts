/**
 * The environment variables that make the official clients call a fake provider: OpenAI's, Anthropic's and Google's, in JavaScript and
 * Python. They refuse to start without a key, so that there is one, too.
 *
 * @param url a provider's own, without a path
 */
export function clientEnvironment(url: string): Readonly<Record<string, string>> {
  return {
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_KEY: "testkit",
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: "testkit",
    GOOGLE_GEMINI_BASE_URL: url,
    GOOGLE_API_KEY: "testkit",
  };
}
