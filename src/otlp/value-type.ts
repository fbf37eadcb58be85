import type { AttributeValue, ValueType } from "./value.ts";

/** The name a rule has for a value's type; an array is named by its elements (value.ts). */
export function valueTypeOf(value: AttributeValue): ValueType {
  return value.type === "array" ? arrayType(value.value) : value.type;
}

function arrayType(elements: readonly AttributeValue[]): ValueType {
  const first = elements[0];
  if (first === undefined) return "empty[]";
  for (const element of elements) if (element.type !== first.type) return "mixed[]";
  switch (first.type) {
    case "string":
    case "bool":
    case "int":
    case "double":
    case "kvlist":
      return `${first.type}[]`;
    // Arrays of arrays, bytes or empty values have no name of their own: no attribute type of the conventions is one.
    default:
      return "mixed[]";
  }
}
