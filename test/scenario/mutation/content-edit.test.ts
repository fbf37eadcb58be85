import { describe, expect, test } from "vitest";

import type { ContentEdit } from "../../../src/scenario/mutation/broken-scenario.ts";
import { canEdit, editContent } from "../../../src/scenario/mutation/content-edit.ts";

const messages = (): unknown => [
  { role: "user", parts: [{ type: "text", content: "Oslo?" }] },
  { role: "assistant", parts: [{ type: "tool_call", name: "weather", "a/b": 1 }] },
];

function edited(edit: Omit<ContentEdit, "in">): unknown {
  const whole = { in: "gen_ai.input.messages", ...edit };
  const content = messages();
  return canEdit(content, whole) ? editContent(content, whole) : "cannot";
}

describe("an edit of content", () => {
  test("sets, removes and renames at a pointer", () => {
    expect(edited({ at: "/0/role", set: "system" })).toMatchObject([{ role: "system" }, {}]);
    expect(edited({ at: "/0/role", remove: true })).toEqual([
      { parts: [{ type: "text", content: "Oslo?" }] },
      (messages() as unknown[])[1],
    ]);
    expect(edited({ at: "/0/parts", rename: "content" })).toEqual([
      { role: "user", content: [{ type: "text", content: "Oslo?" }] },
      (messages() as unknown[])[1],
    ]);
  });

  test("takes an item out of a list, or puts another in its place", () => {
    expect(edited({ at: "/0", remove: true })).toEqual([(messages() as unknown[])[1]]);
    expect(edited({ at: "/0/parts/0", set: "text" })).toMatchObject([{ parts: ["text"] }, {}]);
  });

  test("a star is the first item where the rest leads somewhere, of the type if one is given", () => {
    expect(edited({ at: "/*/parts/*/name", remove: true })).toMatchObject([{}, { parts: [{ type: "tool_call" }] }]);
    expect(edited({ at: "/*/parts/*/type", of: "tool_call", set: "call" })).toMatchObject([
      { parts: [{ type: "text" }] },
      { parts: [{ type: "call" }] },
    ]);
  });

  test("escapes of the pointer are read", () => {
    expect(edited({ at: "/1/parts/0/a~1b", remove: true })).toMatchObject([{}, { parts: [{ name: "weather" }] }]);
  });

  test("the empty pointer is the whole content", () => {
    expect(edited({ at: "", set: null })).toBe(null);
  });

  test("what is not there cannot be removed or renamed; a new field may be set, a new item may not", () => {
    expect(edited({ at: "/0/finish_reason", remove: true })).toBe("cannot");
    expect(edited({ at: "/7/role", rename: "who" })).toBe("cannot");
    expect(edited({ at: "/*/parts/*/content", of: "tool_call", remove: true })).toBe("cannot");
    expect(edited({ at: "/0/finish_reason", set: "stop" })).toMatchObject([{ finish_reason: "stop" }, {}]);
    expect(edited({ at: "/7", set: {} })).toBe("cannot");
    expect(edited({ at: "", remove: true })).toBe("cannot");
    expect(canEdit(undefined, { in: "x", at: "/0", remove: true })).toBe(false);
  });
});
