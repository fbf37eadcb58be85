import { createReadStream } from "node:fs";
import { ByteSource } from "./byte-source.ts";
import { decompressed } from "./decompress.ts";
import { readJsonDocuments } from "./read-json-documents.ts";
import { readProtobufMessage, readProtobufRecords } from "./read-protobuf.ts";
import type { TelemetryItem } from "./telemetry-item.ts";
import type { Signal } from "./view.ts";

export type { InputProblem, TelemetryItem } from "./telemetry-item.ts";

export interface ReadOptions {
  /** What OTLP protobuf holds; found out from its items unless given. OTLP/JSON says it itself. */
  readonly signal?: Signal | undefined;
}

/**
 * Reads telemetry from a file, or from stdin when the path is `-`: OTLP/JSON (one document, or lines as the Collector's file
 * exporter writes them), OTLP protobuf (one Export request, or records with a 4-byte big-endian length), each plain, in gzip or in
 * zstd; which one it is, the bytes tell. Only a small part is in memory at a time.
 *
 * What cannot be read is a problem among the items, and what came before it is given first. Nothing is thrown for bad input.
 */
export async function* readTelemetryFile(path: string, options: ReadOptions = {}): AsyncGenerator<TelemetryItem> {
  if (path === "-") yield* readTelemetry("stdin", process.stdin, options);
  else yield* readTelemetry(path, createReadStream(path, { highWaterMark: 1 << 18 }), options);
}

/** As readTelemetryFile, for bytes from anywhere; `name` stands for the input in what is said about it. */
export async function* readTelemetry(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions = {},
): AsyncGenerator<TelemetryItem> {
  const source = new ByteSource(decompressed(chunks));
  try {
    await source.ensure(sniffedBytes);
    if (source.buffer.length > 0) yield* itemsOf(source, name, options.signal);
    else if (source.failure !== undefined) yield unreadable(name, source.failure);
  } finally {
    await source.close();
  }
}

function itemsOf(
  source: ByteSource,
  name: string,
  signal: Signal | undefined,
): AsyncIterable<TelemetryItem> | [TelemetryItem] {
  switch (formatOf(source.buffer)) {
    case "json":
      if (source.buffer.readUIntBE(0, Math.min(3, source.buffer.length)) === byteOrderMark) source.consume(3);
      return readJsonDocuments(source, name);
    case "records":
      return readProtobufRecords(source, name, signal);
    case "message":
      return readProtobufMessage(source, name, signal);
    case "other":
      return [notTelemetry(source, name)];
  }
}

function notTelemetry(source: ByteSource, name: string): TelemetryItem {
  return {
    problem: {
      where: name,
      expected: "OTLP/JSON or OTLP protobuf",
      actual: `something else (it starts with ${JSON.stringify(source.buffer.toString("latin1", 0, 20))})`,
      fix: "Give a file as the Collector's file exporter or --save writes it, or the bytes of an Export request.",
    },
  };
}

const sniffedBytes = 4096;
const byteOrderMark = 0xefbbbf;

function formatOf(start: Buffer): "json" | "records" | "message" | "other" {
  const head = start.subarray(0, sniffedBytes);
  // A message's first bytes can look like a line break and a brace; but text has no other control characters, and it always has.
  const text = !head.some((byte) => byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
  if (text) {
    const trimmed = head
      .toString("latin1")
      .replace(/^\xef\xbb\xbf/, "")
      .replace(/^[ \t\r\n]+/, "");
    return trimmed === "" || trimmed.startsWith("{") || trimmed.startsWith("[") ? "json" : "other";
  }
  // 0x0a is field 1, length-delimited. As the first byte of a record's length it would mean more than 160 MiB.
  if (head[0] === 0x0a) return "message";
  return (head[0] as number) < 0x0a ? "records" : "other";
}

function unreadable(name: string, error: NodeJS.ErrnoException): TelemetryItem {
  const reasons: { readonly [code: string]: readonly [actual: string, fix: string] } = {
    ENOENT: ["no such file", "Check the path."],
    EISDIR: ["a folder", "Name the files in it."],
    EACCES: ["a file that this user may not read", "Change its permissions."],
  };
  const [actual, fix] = reasons[error.code ?? ""] ?? [error.message, "Check that the file is whole and readable."];
  return { problem: { where: name, expected: "a file that can be read", actual, fix } };
}
