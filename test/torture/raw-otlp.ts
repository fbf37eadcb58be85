import { varint } from "./wire-tree.ts";

/** OTLP protobuf put together byte by byte, fast enough for requests of 60 MB. */

export function lengthDelimited(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(BigInt(field * 8 + 2)), varint(BigInt(bytes.length)), bytes]);
}

/** A KeyValue with a string. */
export function stringAttribute(key: string, value: string): Buffer {
  const keyBytes = Buffer.from(key);
  const valueBytes = Buffer.from(value);
  const any = Buffer.concat([Buffer.from([0x0a]), length(valueBytes), valueBytes]);
  return Buffer.concat([Buffer.from([0x0a]), length(keyBytes), keyBytes, Buffer.from([0x12]), length(any), any]);
}

/** So many attributes as fields of a span, whose keys are the prefix and a number of seven digits. */
export function numberedAttributes(prefix: string, count: number): Buffer {
  const one = lengthDelimited(9, stringAttribute(`${prefix}0000000`, "v"));
  const digits = one.indexOf("0000000");
  const all = Buffer.alloc(one.length * count, one);
  for (let index = 0; index < count; index++) {
    all.write(String(index).padStart(7, "0"), index * one.length + digits, "latin1");
  }
  return all;
}

function length(bytes: Buffer): Buffer {
  const count = bytes.length;
  return count < 128 ? Buffer.from([count]) : varint(BigInt(count));
}

export interface RawSpan {
  readonly name?: string;
  readonly attributes?: readonly Buffer[];
  /** Further attributes, each a field of the span. */
  readonly rawAttributes?: Buffer;
  /** The AnyValue of a further attribute, as bytes. */
  readonly rawValue?: Buffer;
  readonly service?: string;
  readonly scope?: string;
}

/** A trace request; spans that name a service or a scope get a resource of their own. */
export function spanRequest(spans: readonly RawSpan[]): Buffer {
  const shared: Buffer[] = [];
  const parts: Buffer[] = [];
  for (const [index, span] of spans.entries()) {
    const bytes = lengthDelimited(2, spanBytes(span, index));
    if (span.service === undefined && span.scope === undefined) shared.push(bytes);
    else parts.push(resourceSpans(span.service ?? "torture", span.scope ?? "torture", bytes));
  }
  if (shared.length > 0) parts.push(resourceSpans("torture", "torture", Buffer.concat(shared)));
  return Buffer.concat(parts);
}

function resourceSpans(service: string, scope: string, spans: Buffer): Buffer {
  const resource = lengthDelimited(1, lengthDelimited(1, stringAttribute("service.name", service)));
  const scopeBytes = lengthDelimited(1, lengthDelimited(1, Buffer.from(scope)));
  return lengthDelimited(1, Buffer.concat([resource, lengthDelimited(2, Buffer.concat([scopeBytes, spans]))]));
}

function spanBytes({ name = "chat", attributes = [], rawAttributes, rawValue }: RawSpan, index: number): Buffer {
  const traceId = Buffer.alloc(16, 0xaa);
  traceId.writeUInt32BE(index + 1, 12);
  const spanId = Buffer.alloc(8, 0xbb);
  spanId.writeUInt32BE(index + 1, 4);
  const parts = [lengthDelimited(1, traceId), lengthDelimited(2, spanId), lengthDelimited(5, Buffer.from(name))];
  for (const attribute of attributes) parts.push(lengthDelimited(9, attribute));
  if (rawAttributes !== undefined) parts.push(rawAttributes);
  if (rawValue !== undefined) {
    const key = lengthDelimited(1, Buffer.from("app.raw"));
    parts.push(lengthDelimited(9, Buffer.concat([key, lengthDelimited(2, rawValue)])));
  }
  return Buffer.concat(parts);
}

/** One length-prefixed gRPC message. */
export function grpcFrame(message: Buffer, flag = 0, claimed: number = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(claimed, 1);
  return Buffer.concat([prefix, message]);
}
