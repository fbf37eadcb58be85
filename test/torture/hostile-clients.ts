import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { grpcFrame, lengthDelimited, numberedAttributes, spanRequest, stringAttribute } from "./raw-otlp.ts";
import type { SinkProcess } from "./sink-process.ts";

type Target = Pick<SinkProcess, "httpPort" | "grpcPort">;

interface Scenario {
  readonly name: string;
  /** @param weight 1 for the full load; less sends fewer of the same requests */
  readonly run: (target: Target, weight: number) => Promise<void>;
}

const megabyte = 1 << 20;
const times = (count: number, weight: number): number => Math.max(1, Math.round(count * Math.min(1, weight)));

const protobufType = "application/x-protobuf";
const jsonType = "application/json";

interface Post {
  readonly type: string;
  readonly body: Buffer;
  readonly gzip?: boolean;
  readonly path?: string;
}

/** Resolves to the status, or 0 when the connection was closed first. */
function post({ httpPort }: Target, { type, body, gzip = false, path = "/v1/traces" }: Post): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(httpPort, "127.0.0.1");
    let answer = "";
    socket.setTimeout(60_000, () => socket.destroy());
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (answer.includes("\r\n\r\n")) socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)));
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n` +
        `${gzip ? "content-encoding: gzip\r\n" : ""}\r\n`,
    );
    socket.write(body);
  });
}

function http2(target: Target): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${target.grpcPort}`);
  session.on("error", () => undefined);
  return session;
}

const exportHeaders = {
  ":method": "POST",
  ":path": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  "content-type": "application/grpc",
  te: "trailers",
};

/** Resolves to the grpc-status, or −1 when there was none. */
function call(session: ClientHttp2Session, frame: Buffer, headers: object = {}): Promise<number> {
  return new Promise((resolve) => {
    if (session.destroyed || session.closed) return resolve(-1);
    const stream = session.request({ ...exportHeaders, ...headers });
    let status = -1;
    const note = (found: { readonly [name: string]: unknown }): void => {
      if (found["grpc-status"] !== undefined) status = Number(found["grpc-status"]);
    };
    stream.on("response", note);
    stream.on("trailers", note);
    stream.on("error", () => undefined);
    stream.on("close", () => resolve(status));
    stream.setTimeout(60_000, () => stream.close());
    stream.resume();
    stream.end(frame);
  });
}

async function callOnce(target: Target, frame: Buffer, headers: object = {}): Promise<number> {
  const session = http2(target);
  try {
    return await call(session, frame, headers);
  } finally {
    session.destroy();
  }
}

async function each<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Opens a raw connection that ignores what comes, or does not even read it. */
function open(port: number, reads = true): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    if (reads) socket.resume();
    socket.once("connect", () => resolve(socket));
    socket.once("close", () => resolve(socket));
  });
}

/** Many spans of one request, each made by its number. */
function manySpans(count: number, span: (index: number) => Parameters<typeof spanRequest>[0][number]): Buffer {
  return spanRequest(range(count).map(span));
}

const chat = stringAttribute("gen_ai.operation.name", "chat");

async function gzipBombs(target: Target, weight: number): Promise<void> {
  // A gigabyte in a megabyte; and what unpacks to just what is allowed.
  const beyond = gzipSync(Buffer.alloc(megabyte * 256), { level: 9 });
  const bombs: { type: string; body: Buffer }[] = [
    { type: protobufType, body: beyond },
    { type: jsonType, body: beyond },
    {
      type: jsonType,
      body: gzipSync(Buffer.concat([Buffer.from("{}"), Buffer.alloc(62 * megabyte, " ")]), { level: 9 }),
    },
    // Empty messages, two bytes each: the most that 62 MB can hold.
    { type: protobufType, body: gzipSync(Buffer.alloc(62 * megabyte, Buffer.from([0x0a, 0x00])), { level: 9 }) },
    { type: jsonType, body: gzipSync(`{"resourceSpans":[${"{},".repeat(20 * megabyte)}{}]}`, { level: 9 }) },
    { type: jsonType, body: gzipSync(`{"x":[${"0,".repeat(30 * megabyte)}0]}`, { level: 9 }) },
    { type: jsonType, body: gzipSync(`{"x":${"[".repeat(60 * megabyte)}`, { level: 9 }) },
  ];
  await each(
    range(times(8, weight)).flatMap(() => bombs),
    8,
    ({ type, body }) => post(target, { type, body, gzip: true }),
  );
  await each(range(times(8, weight)), 4, () => callOnce(target, grpcFrame(beyond, 1), { "grpc-encoding": "gzip" }));
}

async function millionAttributes(target: Target, weight: number): Promise<void> {
  const plain = spanRequest([{ name: "many", rawAttributes: numberedAttributes("app.key.", 1_000_000) }]);
  const genai = spanRequest([
    { name: "many", attributes: [chat], rawAttributes: numberedAttributes("gen_ai.key.", 1_000_000) },
  ]);
  const json = Buffer.from(
    `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${"a".repeat(32)}","spanId":"${"b".repeat(16)}","attributes":[` +
      `${range(1_000_000)
        .map((index) => `{"key":"gen_ai.k${index}","value":{"intValue":1}}`)
        .join(",")}]}]}]}]}`,
  );
  for (let round = times(2, weight); round > 0; round--) {
    await post(target, { type: protobufType, body: plain });
    await post(target, { type: protobufType, body: genai });
    await post(target, { type: jsonType, body: json });
    await callOnce(target, grpcFrame(genai));
  }
}

async function largeStrings(target: Target, weight: number): Promise<void> {
  const large = "x".repeat(60 * megabyte);
  const messages = (content: string): Buffer[] => [chat, stringAttribute("gen_ai.input.messages", content)];
  const json = (text: string): Buffer =>
    Buffer.from(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${"a".repeat(32)}","spanId":"${"b".repeat(16)}","name":"${text}",` +
        `"attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}]}]}]}]}`,
    );
  const bodies: (() => Post)[] = [
    () => ({
      type: protobufType,
      body: spanRequest([{ attributes: [stringAttribute("gen_ai.operation.name", large)] }]),
    }),
    () => ({
      type: protobufType,
      body: spanRequest([{ attributes: [chat, stringAttribute(`gen_ai.${large}`, "v")] }]),
    }),
    // Message content whose JSON unpacks to far more than its text.
    () => ({ type: protobufType, body: spanRequest([{ attributes: messages(`[${"{},".repeat(19 * megabyte)}{}]`) }]) }),
    () => ({ type: protobufType, body: spanRequest([{ attributes: messages(`${"[".repeat(10 * megabyte)}`) }]) }),
    () => ({
      type: protobufType,
      body: spanRequest([
        {
          attributes: messages(
            `[${'{"role":"user","parts":[{"type":"text","content":""}]},'.repeat(megabyte)}{"role":1}]`,
          ),
        },
      ]),
    }),
    () => ({ type: jsonType, body: json(large) }),
    () => ({ type: jsonType, body: json("\\u0041".repeat(10 * megabyte)) }),
  ];
  for (let round = times(2, weight); round > 0; round--) {
    for (const body of bodies) await post(target, body());
    await callOnce(target, grpcFrame(spanRequest([{ attributes: messages(large) }])));
  }
  await each(range(times(8, weight)), 4, () => post(target, { type: jsonType, body: json(large) }));
}

async function slowClients(target: Target, weight: number): Promise<void> {
  const sockets: Socket[] = [];
  // Headers that never end, a byte at a time.
  for (let index = times(50, weight); index > 0; index--) sockets.push(await open(target.httpPort));
  for (const socket of sockets) socket.write("POST /v1/traces HTTP/1.1\r\nhost: x\r\n");
  // Bodies of 60 MB of which all but the end comes.
  const head = `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: ${jsonType}\r\ncontent-length: ${60 * megabyte}\r\n\r\n`;
  const part = Buffer.alloc(59 * megabyte, " ");
  const bodies: Socket[] = [];
  for (let index = times(12, weight); index > 0; index--) {
    const socket = await open(target.httpPort);
    socket.write(head);
    socket.write(part);
    bodies.push(socket);
  }
  const session = http2(target);
  const streams = range(times(12, weight)).map(() => {
    const stream = session.request(exportHeaders);
    stream.on("error", () => undefined);
    stream.resume();
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(60 * megabyte, 1);
    stream.write(prefix);
    stream.write(part);
    return stream;
  });
  for (let tick = 0; tick < times(40, weight); tick++) {
    for (const socket of sockets) if (socket.writable) socket.write("x");
    for (const socket of bodies) if (socket.writable) socket.write(" ");
    await pause(100);
  }
  for (const socket of [...sockets, ...bodies]) socket.destroy();
  for (const stream of streams) stream.close();
  session.destroy();
}

async function idleConnections(target: Target, weight: number): Promise<void> {
  const sockets = await Promise.all(
    range(200).map((index) => open(index % 2 === 0 ? target.httpPort : target.grpcPort)),
  );
  const sessions = range(times(20, weight)).map(() => http2(target));
  await pause(times(3000, weight));
  for (const socket of sockets) socket.destroy();
  for (const session of sessions) session.destroy();
}

async function pipelining(target: Target, weight: number): Promise<void> {
  const body = spanRequest([{ name: "piped", attributes: [chat] }]);
  const one = Buffer.concat([
    Buffer.from(
      `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: ${protobufType}\r\ncontent-length: ${body.length}\r\n\r\n`,
    ),
    body,
  ]);
  const bad = Buffer.from("POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
  const sockets: Socket[] = [];
  // Half of them never read an answer.
  for (let index = times(8, weight); index > 0; index--) {
    const socket = await open(target.httpPort, index % 2 === 0);
    const mixed = Buffer.concat(range(2000).map((number) => (number % 5 === 0 ? bad : one)));
    for (let block = times(10, weight); block > 0; block--) socket.write(mixed);
    sockets.push(socket);
  }
  await pause(times(5000, weight));
  for (const socket of sockets) socket.destroy();
}

async function resets(target: Target, weight: number): Promise<void> {
  const frame = grpcFrame(spanRequest([{ name: "reset", attributes: [chat] }]));
  await each(range(times(6, weight)), 6, async () => {
    const session = http2(target);
    for (let index = 0; index < 5000 && !session.destroyed && !session.closed; index++) {
      const stream = session.request({ ...exportHeaders, "x-large": "y".repeat(index % 50 === 0 ? 20_000 : 10) });
      stream.on("error", () => undefined);
      stream.write(frame.subarray(0, 20));
      stream.close(8);
      if (index % 100 === 0) await pause(0);
    }
    session.destroy();
  });
}

/** Streams whose answers the client gives no window for. */
async function closedWindows(target: Target, weight: number): Promise<void> {
  const frame = grpcFrame(spanRequest([{ name: "window", attributes: [chat] }]));
  await each(range(times(20, weight)), 20, async () => {
    const session = connectHttp2(`http://127.0.0.1:${target.grpcPort}`, { settings: { initialWindowSize: 0 } });
    session.on("error", () => undefined);
    for (let index = 0; index < 200; index++) {
      if (session.destroyed || session.closed) break;
      const stream = session.request(exportHeaders);
      stream.on("error", () => undefined);
      stream.end(frame);
    }
    await pause(times(2000, weight));
    session.destroy();
  });
}

async function flood(target: Target, weight: number): Promise<void> {
  const batch = manySpans(512, (index) => ({
    name: `chat ${index % 10}`,
    attributes: [
      chat,
      stringAttribute("gen_ai.request.model", "m"),
      stringAttribute("gen_ai.prompt", "p".repeat(1000)),
    ],
  }));
  const frame = grpcFrame(batch);
  const zipped = gzipSync(batch, { level: 1 });
  await each(range(times(400, weight)), 16, (index) =>
    index % 2 === 0
      ? post(target, { type: protobufType, body: index % 4 === 0 ? zipped : batch, gzip: index % 4 === 0 })
      : callOnce(target, frame),
  );
}

/** Never the same twice: services, span names, keys, shapes, operations, with long names too. */
async function distinct(target: Target, weight: number): Promise<void> {
  const kinds: ((index: number) => Parameters<typeof spanRequest>[0][number])[] = [
    (n) => ({ name: `chat ${n}`, attributes: [chat] }),
    (n) => ({ attributes: [stringAttribute("gen_ai.operation.name", `op ${n}`)] }),
    (n) => ({ attributes: [chat, stringAttribute(`gen_ai.made.up.${n}`, "v")] }),
    (n) => ({ attributes: [chat, stringAttribute(`app.made.up.${n}`, "v")] }),
    (n) => ({ attributes: [chat], service: `service ${n}`, scope: `scope ${n}` }),
    (n) => ({
      attributes: [
        chat,
        stringAttribute("gen_ai.provider.name", `provider ${n}`),
        stringAttribute("gen_ai.request.model", `m${n}`),
      ],
    }),
    // Shapes: every subset of sixteen keys.
    (n) => ({
      attributes: [
        chat,
        ...range(16)
          .filter((bit) => ((n * 40_503) >> bit) & 1)
          .map((bit) => stringAttribute(`gen_ai.bit.${bit}`, "v")),
      ],
    }),
    (n) => ({ attributes: [chat, stringAttribute("gen_ai.input.messages", `[{"role":"r${n}"}]`)] }),
  ];
  let number = 0;
  const requests: (() => Buffer)[] = kinds.flatMap((kind) =>
    range(times(4, weight)).map(() => () => manySpans(times(40_000, weight), () => kind(number++))),
  );
  // Long names, each its own: 8 kB of name, key, operation, service.
  const long = (n: number): string => `${n} ${"n".repeat(8000)}`;
  const longKinds: typeof kinds = [
    (n) => ({ name: long(n), attributes: [chat] }),
    (n) => ({ attributes: [stringAttribute("gen_ai.operation.name", long(n))] }),
    (n) => ({ attributes: [chat, stringAttribute(`gen_ai.${long(n)}`, "v")] }),
    (n) => ({ attributes: [chat, stringAttribute(`app.${long(n)}`, "v")] }),
    (n) => ({ attributes: [chat], service: long(n), scope: long(n) }),
    (n) => ({ attributes: [chat, stringAttribute("gen_ai.provider.name", long(n))] }),
    (n) => ({ attributes: [chat, stringAttribute("gen_ai.input.messages", `[{"role":"${long(n)}"}]`)] }),
  ];
  for (const kind of longKinds) {
    for (let round = times(8, weight); round > 0; round--)
      requests.push(() => manySpans(times(5000, weight), () => kind(number++)));
  }
  for (const [index, request] of requests.entries()) {
    if (index % 2 === 0) await post(target, { type: protobufType, body: request() });
    else await callOnce(target, grpcFrame(request()));
  }
}

/** Messages that are small on the wire and large in memory, in the largest requests that are taken. */
async function expansive(target: Target, weight: number): Promise<void> {
  const empty = (depth: number, count: number): Buffer => {
    let bytes: Buffer = Buffer.alloc(count * 2, Buffer.from([0x12, 0x00]));
    for (let level = 0; level < depth; level++) bytes = lengthDelimited(level === depth - 1 ? 1 : 2, bytes);
    return bytes;
  };
  const nestedValues = lengthDelimited(1, Buffer.alloc(20 * megabyte, Buffer.from([0x0a, 0x00])));
  const bodies = [
    // Scopes without anything; spans would be refused without ids.
    { path: "/v1/traces", body: empty(1, 10 * megabyte) },
    { path: "/v1/metrics", body: empty(2, 10 * megabyte) },
    { path: "/v1/logs", body: spanRequest([{ rawValue: lengthDelimited(5, nestedValues) }]) },
    { path: "/v1/traces", body: spanRequest([{ rawValue: lengthDelimited(5, nestedValues) }]) },
    // Bytes values, two bytes each, as an array of them.
    {
      path: "/v1/traces",
      body: spanRequest([
        { rawValue: lengthDelimited(5, Buffer.alloc(40 * megabyte, Buffer.from([0x0a, 0x02, 0x3a, 0x00]))) },
      ]),
    },
    // Packed varints, a byte each.
    { path: "/v1/metrics", body: packedCounts(50 * megabyte) },
    { path: "/v1/traces", body: manySpans(times(600_000, weight * 4), () => ({ attributes: [chat] })) },
  ];
  for (let round = times(2, weight); round > 0; round--) {
    for (const { path, body } of bodies) await post(target, { type: protobufType, body, path });
  }
}

/** An exponential histogram whose bucket counts are so many bytes. */
function packedCounts(bytes: number): Buffer {
  const counts = lengthDelimited(2, Buffer.alloc(bytes, 1));
  const point = lengthDelimited(1, lengthDelimited(8, counts));
  return lengthDelimited(1, lengthDelimited(2, lengthDelimited(2, lengthDelimited(10, point))));
}

export const scenarios: readonly Scenario[] = [
  { name: "gzip bombs", run: gzipBombs },
  { name: "a million attributes on one span", run: millionAttributes },
  { name: "strings of 60 MB", run: largeStrings },
  { name: "small on the wire, large in memory", run: expansive },
  { name: "slow headers and bodies", run: slowClients },
  { name: "200 idle connections", run: idleConnections },
  { name: "pipelining", run: pipelining },
  { name: "resets and large headers", run: resets },
  { name: "no window for the answers", run: closedWindows },
  { name: "a flood from 16 connections", run: flood },
  { name: "never the same twice", run: distinct },
];
