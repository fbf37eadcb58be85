import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { grpcFrame, lengthDelimited, numberedAttributes, spanRequest, stringAttribute } from "./raw-otlp.ts";
import type { SinkProcess } from "./sink-process.ts";

type Target = Pick<SinkProcess, "httpPort" | "grpcPort">;

interface Scenario {
  readonly name: string;
  readonly run: (target: Target) => Promise<void>;
}

const megabyte = 1 << 20;

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

async function gzipBombs(target: Target): Promise<void> {
  const bomb = (text: string | Buffer): Buffer => gzipSync(text, { level: 1 });
  const beyond = bomb(Buffer.alloc(128 * megabyte));
  const bombs: { type: string; body: Buffer }[] = [
    { type: protobufType, body: beyond },
    { type: jsonType, body: beyond },
    // What unpacks to just what is allowed.
    { type: jsonType, body: bomb(Buffer.concat([Buffer.from("{}"), Buffer.alloc(62 * megabyte, " ")])) },
    // Empty messages, two bytes each: the most that 62 MB can hold.
    { type: protobufType, body: bomb(Buffer.alloc(62 * megabyte, Buffer.from([0x0a, 0x00]))) },
    { type: jsonType, body: bomb(`{"resourceSpans":[${"{},".repeat(20 * megabyte)}{}]}`) },
    { type: jsonType, body: bomb(`{"x":[${"0,".repeat(8 * megabyte)}0]}`) },
    { type: jsonType, body: bomb(`{"x":${"[".repeat(60 * megabyte)}`) },
  ];
  await Promise.all([
    ...bombs.map(({ type, body }) => post(target, { type, body, gzip: true })),
    callOnce(target, grpcFrame(beyond, 1), { "grpc-encoding": "gzip" }),
  ]);
}

async function millionAttributes(target: Target): Promise<void> {
  const protobuf = spanRequest([
    { name: "many", attributes: [chat], rawAttributes: numberedAttributes("gen_ai.key.", 1_000_000) },
  ]);
  const json = Buffer.from(
    `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${"a".repeat(32)}","spanId":"${"b".repeat(16)}","attributes":[` +
      `${range(1_000_000)
        .map((index) => `{"key":"gen_ai.k${index}","value":{"intValue":1}}`)
        .join(",")}]}]}]}]}`,
  );
  await Promise.all([callOnce(target, grpcFrame(protobuf)), post(target, { type: jsonType, body: json })]);
}

async function largeStrings(target: Target): Promise<void> {
  const large = "x".repeat(60 * megabyte);
  const messages = (content: string): Buffer[] => [chat, stringAttribute("gen_ai.input.messages", content)];
  const json = (text: string): Buffer =>
    Buffer.from(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${"a".repeat(32)}","spanId":"${"b".repeat(16)}","name":"${text}",` +
        `"attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}]}]}]}]}`,
    );
  const attributes: (() => Buffer[])[] = [
    () => [stringAttribute("gen_ai.operation.name", large)],
    () => [chat, stringAttribute(`gen_ai.${large}`, "v")],
    // Message content whose JSON unpacks to far more than its text.
    () => messages(`[${"{},".repeat(19 * megabyte)}{}]`),
    () => messages("[".repeat(10 * megabyte)),
    () => messages(`[${'{"role":"user","parts":[{"type":"text","content":""}]},'.repeat(megabyte)}{"role":1}]`),
  ];
  for (const some of attributes)
    await post(target, { type: protobufType, body: spanRequest([{ attributes: some() }]) });
  await callOnce(target, grpcFrame(spanRequest([{ attributes: messages(large) }])));
  const plain = json(large);
  const escaped = json("\\u0041".repeat(10 * megabyte));
  await Promise.all([plain, escaped].map((body) => post(target, { type: jsonType, body })));
}

async function slowClients(target: Target): Promise<void> {
  const sockets: Socket[] = [];
  // Headers that never end, a byte at a time.
  for (let index = 0; index < 20; index++) sockets.push(await open(target.httpPort));
  for (const socket of sockets) socket.write("POST /v1/traces HTTP/1.1\r\nhost: x\r\n");
  // Bodies of 60 MB of which all but the end comes.
  const head = `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: ${jsonType}\r\ncontent-length: ${60 * megabyte}\r\n\r\n`;
  const part = Buffer.alloc(59 * megabyte, " ");
  const bodies: Socket[] = [];
  for (let index = 0; index < 4; index++) {
    const socket = await open(target.httpPort);
    socket.write(head);
    socket.write(part);
    bodies.push(socket);
  }
  const session = http2(target);
  const streams = range(4).map(() => {
    const stream = session.request(exportHeaders);
    stream.on("error", () => undefined);
    stream.resume();
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(60 * megabyte, 1);
    stream.write(prefix);
    stream.write(part);
    return stream;
  });
  for (let tick = 0; tick < 20; tick++) {
    for (const socket of sockets) if (socket.writable) socket.write("x");
    for (const socket of bodies) if (socket.writable) socket.write(" ");
    await pause(100);
  }
  for (const socket of [...sockets, ...bodies]) socket.destroy();
  for (const stream of streams) stream.close();
  session.destroy();
}

async function idleConnections(target: Target): Promise<void> {
  const sockets = await Promise.all(
    range(200).map((index) => open(index % 2 === 0 ? target.httpPort : target.grpcPort)),
  );
  const sessions = range(20).map(() => http2(target));
  await pause(1000);
  for (const socket of sockets) socket.destroy();
  for (const session of sessions) session.destroy();
}

async function pipelining(target: Target): Promise<void> {
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
  for (let index = 0; index < 4; index++) {
    const socket = await open(target.httpPort, index % 2 === 0);
    const mixed = Buffer.concat(range(2000).map((number) => (number % 5 === 0 ? bad : one)));
    for (let block = 0; block < 2; block++) socket.write(mixed);
    sockets.push(socket);
  }
  await pause(1000);
  for (const socket of sockets) socket.destroy();
}

async function resets(target: Target): Promise<void> {
  const frame = grpcFrame(spanRequest([{ name: "reset", attributes: [chat] }]));
  await each(range(2), 2, async () => {
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
async function closedWindows(target: Target): Promise<void> {
  const frame = grpcFrame(spanRequest([{ name: "window", attributes: [chat] }]));
  await each(range(5), 5, async () => {
    const session = connectHttp2(`http://127.0.0.1:${target.grpcPort}`, { settings: { initialWindowSize: 0 } });
    session.on("error", () => undefined);
    for (let index = 0; index < 200; index++) {
      if (session.destroyed || session.closed) break;
      const stream = session.request(exportHeaders);
      stream.on("error", () => undefined);
      stream.end(frame);
    }
    await pause(500);
    session.destroy();
  });
}

async function flood(target: Target): Promise<void> {
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
  await each(range(64), 16, (index) =>
    index % 2 === 0
      ? post(target, { type: protobufType, body: index % 4 === 0 ? zipped : batch, gzip: index % 4 === 0 })
      : callOnce(target, frame),
  );
}

/** Never the same twice: services, span names, keys, shapes, operations, with long names too. */
async function distinct(target: Target): Promise<void> {
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
    [2000, 2000].map((count) => () => manySpans(count, () => kind(number++))),
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
    requests.push(() => manySpans(500, () => kind(number++)));
  }
  for (const [index, request] of requests.entries()) {
    if (index % 2 === 0) await post(target, { type: protobufType, body: request() });
    else await callOnce(target, grpcFrame(request()));
  }
}

/** Messages that are small on the wire and large in memory, in the largest requests that are taken. */
async function expansive(target: Target): Promise<void> {
  const nothing = Buffer.alloc(20 * megabyte, Buffer.from([0x12, 0x00]));
  const arrayOf = (values: Buffer): Buffer => spanRequest([{ rawValue: lengthDelimited(5, values) }]);
  const bodies = [
    // Metrics without anything; spans would be refused without ids.
    { path: "/v1/metrics", body: lengthDelimited(1, lengthDelimited(2, nothing)) },
    // Empty values, two bytes each, and values of empty bytes.
    { path: "/v1/traces", body: arrayOf(Buffer.alloc(20 * megabyte, Buffer.from([0x0a, 0x00]))) },
    { path: "/v1/traces", body: arrayOf(Buffer.alloc(40 * megabyte, Buffer.from([0x0a, 0x02, 0x3a, 0x00]))) },
    // Packed varints, a byte each.
    { path: "/v1/metrics", body: packedCounts(50 * megabyte) },
    // What is taken.
    { path: "/v1/traces", body: manySpans(200_000, () => ({ attributes: [chat] })) },
  ];
  for (const { path, body } of bodies) await post(target, { type: protobufType, body, path });
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
