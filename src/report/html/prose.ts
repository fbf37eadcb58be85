import { h, type Markup } from "./markup.ts";

/** A sentence as children of an element, its command-line flags set as code that no line break splits. */
export function prose(text: string): (Markup | string)[] {
  return text
    .split(/((?<!\S)\(?--[a-z][a-z-]*)/)
    .map((part, index) => (index % 2 === 1 ? h("code", { class: "flag" }, part) : part));
}
