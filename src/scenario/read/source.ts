import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
} from "yaml";
import { ScenarioError, type ScenarioProblem } from "./problem.ts";

/** Far more than a scenario needs; bounds what reading one can cost. */
const MOST_CHARACTERS = 256 * 1024;

export type Path = readonly (string | number)[];

/** The parser recurses, and takes its time over each open bracket; other nesting is bounded by its indentation. */
const DEEPEST_FLOW = 100;

/** A YAML file as plain data, with the place of each of its values. */
export class Source {
  readonly file: string;
  readonly data: unknown;
  readonly #lines: LineCounter;
  readonly #root: Node | null;

  /** Throws a ScenarioError for what is not one plain YAML document: anchors and aliases are refused, and so cannot multiply. */
  constructor(text: string, file: string) {
    this.file = file;
    this.#lines = new LineCounter();
    if (text.length > MOST_CHARACTERS) {
      throw this.#refused(0, `at most ${MOST_CHARACTERS} characters`, `${text.length}`);
    }
    if (flowDepth(text) > DEEPEST_FLOW) {
      throw this.#refused(0, `at most ${DEEPEST_FLOW} brackets open at once`, "more");
    }
    const document = this.#parse(text);
    this.#root = document.contents;
    this.#refuseReferences(document);
    this.data = document.toJS({ maxAliasCount: 0 });
  }

  /** A problem at the value of a path, or at its key where one says so. */
  problem(
    path: Path,
    at: "key" | "value",
    said: Pick<ScenarioProblem, "expected" | "actual" | "closest">,
  ): ScenarioProblem {
    return { file: this.file, ...this.#position(this.#offset(path, at)), where: pathText(path), ...said };
  }

  #parse(text: string): Document {
    const documents = [
      ...parseAllDocuments(text, { lineCounter: this.#lines, version: "1.2", schema: "core", merge: false }),
    ];
    const [document, second] = documents;
    if (document === undefined || document.contents === null) throw this.#refused(0, "a scenario", "an empty file");
    const wrong = document.errors[0] ?? document.warnings[0];
    if (wrong !== undefined)
      throw this.#refused(wrong.pos[0], "valid YAML", `${wrong.code}: ${firstLine(wrong.message)}`);
    if (second !== undefined) throw this.#refused(second.range?.[0] ?? 0, "one YAML document", "a second one");
    return document;
  }

  #refuseReferences(document: Document): void {
    visit(document, (_, node) => {
      if (!isNode(node)) return;
      if (isAlias(node)) {
        throw this.#refused(node.range?.[0] ?? 0, "a value written out", `the alias *${node.source.slice(0, 60)}`);
      }
      if (node.anchor !== undefined) {
        throw this.#refused(
          node.range?.[0] ?? 0,
          "a value without an anchor",
          `the anchor &${node.anchor.slice(0, 60)}`,
        );
      }
    });
  }

  #refused(offset: number, expected: string, actual: string): ScenarioError {
    return new ScenarioError([{ file: this.file, ...this.#position(offset), where: "", expected, actual }]);
  }

  #position(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #offset(path: Path, at: "key" | "value"): number {
    let node: unknown = this.#root;
    let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    for (const [index, step] of path.entries()) {
      const next = childOf(node, step);
      if (next === undefined) return offset;
      const wanted = at === "key" && index === path.length - 1 ? next.key : next.value;
      if (isNode(wanted)) offset = wanted.range?.[0] ?? offset;
      node = next.value;
    }
    return offset;
  }
}

function childOf(node: unknown, step: string | number): { readonly key: unknown; readonly value: unknown } | undefined {
  if (isSeq(node)) return { key: node.items[Number(step)], value: node.items[Number(step)] };
  if (!isMap(node)) return undefined;
  return node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
}

/** The most brackets that are open at once; those in texts and comments count, too. */
function flowDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "").slice(0, 200);
}

function pathText(path: Path): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`)).join("");
}
