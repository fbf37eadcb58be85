import { visibleText } from "../visible-text.ts";

/** Attributes of an element; `undefined` and `false` leave one out, `true` sets it without a value. */
type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** Makes an element of text and other elements. Strings are always text, never markup. */
export type Build<Node> = (tag: string, attributes: Attributes, ...children: readonly (Node | string)[]) => Node;

/** HTML that is safe to put into the page: only this file makes it, from escaped text. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

const voidTags = new Set(["br", "input", "link", "meta", "path"]);
const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Builds HTML text; the browser has a builder of its own that makes DOM nodes from the same calls. */
export const h: Build<Markup> = (tag, attributes, ...children) => {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${escape(String(value))}"`));
  const open = `<${tag}${written.join("")}>`;
  if (voidTags.has(tag)) return new Markup(open);
  const content = children.map((child) => (typeof child === "string" ? escape(child) : child.html));
  return new Markup(`${open}${content.join("")}</${tag}>`);
};

/** A JSON document as the content of a script element: nothing in it can end the element. */
export function embeddedJson(document: unknown): string {
  return JSON.stringify(document).replace(
    /[<\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
