/** How a body of OTLP/HTTP is written. */
export type BodyEncoding = "protobuf" | "json";

/**
 * The encoding that a Content-Type names, or undefined when OTLP/HTTP has none such. Types are compared without case and their
 * parameters allowed (RFC 9110, section 8.3.1); a charset other than UTF-8 is another encoding.
 */
export function bodyEncoding(contentType: string | undefined): BodyEncoding | undefined {
  const [type, ...parameters] = (contentType ?? "").split(";").map((part) => part.trim().toLowerCase());
  if (type === "application/x-protobuf") return "protobuf";
  if (type !== "application/json") return undefined;
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length);
  return charset === undefined || /^"?utf-?8"?$/.test(charset) ? "json" : undefined;
}
