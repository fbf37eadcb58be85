import { createHash } from "node:crypto";
import type { AttributeValue, KeyValue } from "./value.ts";
import type { AttributesView, SpanView } from "./view.ts";

/** What a span says beyond its ids and times. */
export interface SpanFacts {
  /** The resource's service.name, "" without. */
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  /** Of the span's attributes, whatever their order: 16 hex digits. */
  readonly digest: string;
}

const kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const statuses = ["unset", "ok", "error"];

export function spanFacts(span: SpanView): SpanFacts {
  const service = span.resource.attribute("service.name");
  return {
    service: service?.type === "string" ? service.value : "",
    name: span.name,
    kind: kinds[span.kind] ?? String(span.kind),
    status: statuses[span.statusCode] ?? String(span.statusCode),
    digest: attributesDigest(attributesOf(span)),
  };
}

/** Of a key that stands twice, the first counts. */
function attributesOf(view: AttributesView): KeyValue[] {
  const keys = new Set(Array.from({ length: view.attributeCount }, (_, index) => view.attributeKey(index)));
  return Array.from(keys, (key) => ({ key, value: view.attribute(key) ?? { type: "empty" } }));
}

/** The first 64 bits of the SHA-256 of attributes with their types, sorted by key. */
export function attributesDigest(attributes: readonly KeyValue[]): string {
  const text = attributes
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, value }) => `${JSON.stringify(key)}=${valueText(value)}`)
    .join("\n");
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function valueText(value: AttributeValue): string {
  switch (value.type) {
    case "string":
      return JSON.stringify(value.value);
    case "bytes":
      return `bytes:${Buffer.from(value.value).toString("hex")}`;
    case "array":
      return `[${value.value.map(valueText).join()}]`;
    case "kvlist":
      return `{${value.value.map((pair) => `${JSON.stringify(pair.key)}:${valueText(pair.value)}`).join()}}`;
    case "double":
      return `double:${Object.is(value.value, -0) ? "-0" : value.value}`;
    case "empty":
      return "empty";
    default:
      return `${value.type}:${value.value}`;
  }
}
