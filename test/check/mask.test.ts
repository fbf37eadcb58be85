import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { display, displayArguments } from "../../src/check/mask.ts";

// Put together here, so that no scanner takes this file's own text for a leak.
const of = (...parts: readonly string[]): string => parts.join("");
const letters = "Zx9Qw8Er7Ty6Ui5Op4As3Df2";

const secrets: readonly (readonly [what: string, secret: string])[] = [
  ["OpenAI", of("sk", "-", letters)],
  ["OpenAI project", of("sk", "-proj-", letters, "_", letters)],
  ["Anthropic", of("sk", "-ant-api03-", letters)],
  ["Stripe", of("sk", "_live_", letters)],
  ["AWS key id", of("AKIA", "IOSFODNN7EXAMPLE")],
  ["AWS session key id", of("ASIA", "IOSFODNN7EXAMPLE")],
  ["Google API", of("AIza", letters, letters)],
  ["Google OAuth", of("ya29", ".", letters)],
  ["GitHub", of("ghp", "_", letters)],
  ["GitHub refresh", of("ghr", "_", letters)],
  ["GitHub fine-grained", of("github", "_pat_", letters)],
  ["GitLab", of("glpat", "-", letters)],
  ["Slack", of("xoxb", "-", letters)],
  ["Hugging Face", of("hf", "_", letters)],
  ["Groq", of("gsk", "_", letters)],
  ["Replicate", of("r8", "_", letters)],
  ["xAI", of("xai", "-", letters)],
  ["Perplexity", of("pplx", "-", letters)],
  ["NVIDIA", of("nvapi", "-", letters)],
  ["JSON Web Token", of("eyJ", "hbGciOiJIUzI1NiJ9", ".", "eyJzdWIiOiIxIn0", ".", letters)],
  ["authorization header", of("Bearer ", letters)],
  ["basic authorization", of("Basic ", "dXNlcjpwYXNzd29yZA==")],
  ["private key", of("-----BEGIN RSA ", "PRIVATE KEY-----\n", letters, "\n-----END RSA ", "PRIVATE KEY-----")],
  ["private key that is cut off", of("-----BEGIN ", "PRIVATE KEY-----\n", letters)],
  ["api_key=", of("api_key", "=", letters)],
  ['"apiKey":', of('"apiKey": "', letters, '"')],
  ["access_token=", of("access_token", "=", letters)],
  ["AWS_SECRET_ACCESS_KEY=", of("AWS_SECRET_ACCESS_KEY", "=", letters)],
  ["AccountKey=", of("AccountKey", "=", letters, "==")],
  ["password:", of("password", ": ", letters)],
  ["signed URL", of("https://example.org/a?sig", "=", letters)],
  ["user and password in a URL", of("https://user", ":", letters, "@example.org/")],
];

/** The part of a secret that must not be seen. */
function core(secret: string): string {
  return secret.includes(letters) ? letters : secret.slice(6);
}

describe("a secret is masked", () => {
  test.each(secrets)("%s", (_, secret) => {
    for (const text of [
      secret,
      `chat ${secret}`,
      `before ${secret} after`,
      `key_${secret}`,
      `(${secret})`,
      `x=${secret}`,
    ]) {
      const shown = display(text, 1000);
      expect(shown).toContain("[masked]");
      expect(shown).not.toContain(core(secret));
    }
  });

  test.each(secrets)("%s, wherever the text is cut", (_, secret) => {
    for (const longest of [5, 12, 20, 30])
      expect(display(`chat ${secret} end`, longest)).not.toContain(core(secret).slice(0, 8));
  });

  test("every one of several", () => {
    const shown = display(secrets.map(([, secret]) => secret).join(" ; "), 4000);
    expect(secrets.filter(([, secret]) => shown.includes(core(secret)))).toEqual([]);
  });

  test("in a text too long to be read to its end, at least as far as it is shown", () => {
    const shown = display(`${secrets[0]![1]}${"x".repeat(100_000)}`, 80);
    expect(shown).toBe("[masked]");
  });
});

describe("what is no secret stays as it is", () => {
  test.each([
    "chat gpt-4o-mini",
    "chat xai-grok-code-fast-1",
    "execute_tool task-management-service",
    "invoke_agent risk-assessment-agent",
    "gen_ai.usage.output_tokens",
    "gen_ai.request.max_tokens",
    "POST https://example.org/v1/chat",
    "tools/call basic",
    "text-embedding-3-small",
    "",
  ])("%j", (text) => {
    expect(display(text, 100)).toBe(text);
  });
});

describe("a long text is shortened", () => {
  test("to the given number of characters, with an ellipsis", () => {
    expect(display("abcdef", 6)).toBe("abcdef");
    expect(display("abcdefg", 6)).toBe("abcde…");
  });

  test("and never longer, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 6000 }), fc.integer({ min: 1, max: 400 }), (text, longest) => {
        expect(display(text, longest).length).toBeLessThanOrEqual(longest);
      }),
    );
  });
});

describe("displayArguments", () => {
  test("masks what looks like a secret, and what follows an option that takes one", () => {
    const key = of("sk", "-proj-", letters);
    expect(
      displayArguments(["node", "app.js", key, `--api-key=${key}`, "--password", "hunter2", "--port", "80"]),
    ).toEqual(["node", "app.js", "[masked]", "--[masked]", "--password", "[masked]", "--port", "80"]);
    expect(displayArguments(["curl", "--token", "--verbose", "x"])).toEqual(["curl", "--token", "--verbose", "x"]);
  });
});
