/** What a number token says of an integer field: its value, or why it is none. */
export type IntegerReading = bigint | "fraction" | "range" | "syntax";

const number = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

/**
 * Reads an integer exactly, with all its digits. As in ProtoJSON, `1e3` and `1.0` are integers and `1.5` is none
 * (https://protobuf.dev/programming-guides/json/). Nothing longer than 20 digits is ever computed with.
 */
export function readInteger(text: string, min: bigint, max: bigint): IntegerReading {
  const match = number.exec(text);
  if (match === null) return "syntax";
  const [, sign, whole, fraction = "", exponentText = "0"] = match as unknown as [
    string,
    string,
    string,
    string?,
    string?,
  ];
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return 0n;
  const significant = withoutTrailingZeros(digits);
  // Beyond a few thousand digits an exponent decides alone; Number is exact for those that matter and infinite for the rest.
  const exponent = Number(exponentText) - fraction.length + (digits.length - significant.length);
  if (exponent < 0) return "fraction";
  if (significant.length + exponent > 20) return "range";
  const value = BigInt(sign + significant + "0".repeat(exponent));
  return value < min || value > max ? "range" : value;
}

/** By hand: a regular expression for trailing zeros takes quadratic time on zeros that do not trail. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}
