/**
 * OTLP attribute values as a tagged union (opentelemetry-proto, common/v1 AnyValue). int64 keeps every digit (bigint), and the
 * integer 1 and the double 1.0 stay apart, because a rule about types must see what was sent.
 */
export type AttributeValue =
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "int"; readonly value: bigint }
  | { readonly type: "double"; readonly value: number }
  | { readonly type: "bytes"; readonly value: Uint8Array }
  | { readonly type: "array"; readonly value: readonly AttributeValue[] }
  | { readonly type: "kvlist"; readonly value: readonly KeyValue[] }
  | { readonly type: "empty" };

export interface KeyValue {
  readonly key: string;
  readonly value: AttributeValue;
}

/**
 * The type of a value as a rule names it. An array is named by its elements when they agree; `mixed[]` when they do not,
 * `empty[]` when it has none (an empty array fits every array type).
 */
export type ValueType =
  | "string"
  | "bool"
  | "int"
  | "double"
  | "bytes"
  | "kvlist"
  | "empty"
  | "string[]"
  | "bool[]"
  | "int[]"
  | "double[]"
  | "kvlist[]"
  | "empty[]"
  | "mixed[]";
