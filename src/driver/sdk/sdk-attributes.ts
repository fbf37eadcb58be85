import type { Attributes } from "@opentelemetry/api";
import type { AttributeValue, KeyValue } from "../../otlp/value.ts";
import { DriverError } from "../driver-error.ts";

/**
 * Attributes as the SDK's API takes them.
 *
 * @throws {DriverError} for a value that the API has no type for: bytes, maps, lists of them, and integers beyond 2⁵³
 */
export function sdkAttributes(attributes: readonly KeyValue[]): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(key, value)]));
}

/** What arrives of them: JavaScript has one type for numbers, and the exporters write an integer for those without a fraction. */
export function asSdkSends(attributes: readonly KeyValue[]): KeyValue[] {
  return attributes.map(({ key, value }) => ({ key, value: sent(value) }));
}

type Plain = string | number | boolean | string[] | number[] | boolean[];

function plain(key: string, value: AttributeValue): Plain {
  switch (value.type) {
    case "string":
    case "bool":
    case "double":
      return value.value;
    case "int":
      if (Number.isSafeInteger(Number(value.value))) return Number(value.value);
      throw unsendable(key, "an integer beyond 2⁵³");
    case "array": {
      const elements = value.value.map((element) => plain(key, element));
      if (elements.every((element) => typeof element === "string")) return elements;
      if (elements.every((element) => typeof element === "number")) return elements;
      if (elements.every((element) => typeof element === "boolean")) return elements;
      throw unsendable(key, "a list of unlike values");
    }
    default:
      throw unsendable(key, `a value of type ${value.type}`);
  }
}

function unsendable(key: string, what: string): DriverError {
  return new DriverError(
    `the sdk driver cannot send ${key}: it is ${what}, for which the SDK's API for attributes has no type`,
    "Use the otlp driver, or a scenario with content: text or none.",
  );
}

function sent(value: AttributeValue): AttributeValue {
  if (value.type === "array") return { type: "array", value: value.value.map(sent) };
  if (value.type === "double" && Number.isSafeInteger(value.value)) return { type: "int", value: BigInt(value.value) };
  return value;
}
