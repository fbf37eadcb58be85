import type { AttributeValue, ValueType } from "../otlp/value.ts";
import type { SpanView } from "../otlp/view.ts";
import type { Content, ShapeSubject, SpanKind, SpanStatus, SpanSubject } from "../rules/rule.ts";
import type { Typing } from "../semconv/typing.ts";
import { contentOf } from "./content.ts";

/** The span being checked, as span rules see it; one object for all spans. */
export class CurrentSpan implements SpanSubject {
  #span: SpanView | undefined;
  #shape: ShapeSubject | undefined;
  readonly #contents = new Map<string, Content>();

  set(span: SpanView): void {
    this.#span = span;
    if (this.#contents.size > 0) this.#contents.clear();
  }

  /** Lets go of the span and its shape. */
  clear(): void {
    this.#span = undefined;
    this.#shape = undefined;
    this.#contents.clear();
  }

  setShape(shape: ShapeSubject): void {
    this.#shape = shape;
  }

  get name(): string {
    return this.#current.name;
  }

  get isTraceIdZero(): boolean {
    return this.#current.isTraceIdZero;
  }

  get isSpanIdZero(): boolean {
    return this.#current.isSpanIdZero;
  }

  attribute(key: string): AttributeValue | undefined {
    return this.#current.attribute(key);
  }

  content(key: string): Content {
    let content = this.#contents.get(key);
    if (content === undefined) {
      content = contentOf(this.attribute(key));
      this.#contents.set(key, content);
    }
    return content;
  }

  get keys(): readonly string[] {
    return this.#facts.keys;
  }

  has(key: string): boolean {
    return this.#facts.has(key);
  }

  typeOf(key: string): ValueType | undefined {
    return this.#facts.typeOf(key);
  }

  get kind(): SpanKind {
    return this.#facts.kind;
  }

  get status(): SpanStatus {
    return this.#facts.status;
  }

  get operation(): string | undefined {
    return this.#facts.operation;
  }

  get provider(): string | undefined {
    return this.#facts.provider;
  }

  get providers(): readonly string[] {
    return this.#facts.providers;
  }

  get method(): string | undefined {
    return this.#facts.method;
  }

  get streaming(): ShapeSubject["streaming"] {
    return this.#facts.streaming;
  }

  get typing(): Typing {
    return this.#facts.typing;
  }

  get #current(): SpanView {
    if (this.#span === undefined) throw new Error("a span rule asked for a span outside its check");
    return this.#span;
  }

  get #facts(): ShapeSubject {
    if (this.#shape === undefined) throw new Error("a span rule asked for a shape outside its check");
    return this.#shape;
  }
}
