import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { decodeReply, decodeStatus, jsonStatusMessage } from "./decode-reply.ts";
import { closedMeanwhile, failed, type FailureKind, type Reply, type Sender, type Target } from "./reply.ts";

export interface HttpOptions {
  readonly format: "protobuf" | "json";
  readonly gzip: boolean;
}

/** No answer of OTLP is longer; what is, is none. */
const LONGEST_ANSWER = 65_536;
/** OTLP/HTTP: the statuses after which a client may send again. */
const busyStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const compress = promisify(gzip);

/** Sends by OTLP/HTTP over connections that are kept. */
export function httpSender(
  { endpoint, headers, timeoutMs }: Target,
  { format, gzip: compressed }: HttpOptions,
): Sender {
  const secure = endpoint.protocol === "https:";
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const mediaType = format === "protobuf" ? "application/x-protobuf" : "application/json";
  const fixed = {
    agent,
    method: "POST",
    protocol: endpoint.protocol,
    host: endpoint.hostname.replace(/^\[|\]$/g, ""),
    port: endpoint.port,
    path: `${endpoint.pathname.replace(/\/$/, "")}/v1/traces${endpoint.search}`,
  };
  const fixedHeaders = { ...headers, "content-type": mediaType, ...(compressed && { "content-encoding": "gzip" }) };
  const start = secure ? httpsRequest : httpRequest;
  let closed = false;

  const exchange = (body: Buffer): Promise<Reply> =>
    new Promise((resolve) => {
      // It may have been closed while the body was compressed.
      if (closed) return resolve(closedMeanwhile);
      const request = start({ ...fixed, headers: { ...fixedHeaders, "content-length": body.length } });
      let reply: Reply | undefined;
      const decide = (decided: Reply): void => {
        reply ??= decided;
      };
      const deadline = setTimeout(() => {
        decide(failed("timeout", `no whole answer within ${timeoutMs / 1000} s`));
        request.destroy();
      }, timeoutMs);
      request.on("response", (response) => readAnswer(request, response, format, decide));
      request.on("error", (error) => decide(closed ? closedMeanwhile : connectionFailure(error)));
      // Only then is the body no longer needed: an answer may come before it was taken whole.
      request.on("close", () => {
        clearTimeout(deadline);
        resolve(reply ?? failed("broken", "the connection was closed before the answer was whole"));
      });
      request.end(body);
    });

  return {
    send: compressed ? async (body) => exchange(await compress(body, { level: 1 })) : exchange,
    close: () => {
      closed = true;
      agent.destroy();
    },
  };
}

function readAnswer(
  request: ClientRequest,
  response: IncomingMessage,
  format: HttpOptions["format"],
  decide: (reply: Reply) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length <= LONGEST_ANSWER) return;
    decide(failed("nonsense", `HTTP ${response.statusCode} with an answer of more than ${LONGEST_ANSWER} bytes`));
    request.destroy();
  });
  response.on("error", (error) => decide(connectionFailure(error)));
  response.on("end", () => {
    decide(answerOf(response, Buffer.concat(chunks), format));
    if (!request.writableFinished) request.destroy();
  });
}

function answerOf(response: IncomingMessage, body: Buffer, format: HttpOptions["format"]): Reply {
  const status = response.statusCode ?? 0;
  const type = response.headers["content-type"] ?? "";
  const inFormat = type.toLowerCase().startsWith(format === "protobuf" ? "application/x-protobuf" : "application/json");
  if (status >= 200 && status < 300) {
    const reply =
      body.length === 0 || inFormat ? decodeReply(body.length === 0 ? emptyAnswer[format] : body, format) : undefined;
    return (
      reply ?? failed("nonsense", `HTTP ${status} with ${type === "" ? "no content type" : type}: ${excerpt(body)}`)
    );
  }
  const message = inFormat
    ? format === "json"
      ? jsonStatusMessage(body)
      : decodeStatus(body)?.message
    : excerpt(body);
  const detail = `HTTP ${status}${message ? `: ${message}` : ""}`;
  if (busyStatuses.has(status)) return failed("busy", detail, retryAfter(response.headers["retry-after"]));
  return failed(status < 400 ? "nonsense" : "refused", detail);
}

/** Many backends answer 200 with nothing where OTLP asks for an empty message. */
const emptyAnswer = { protobuf: Buffer.alloc(0), json: Buffer.from("{}") };

const excerpt = (body: Buffer): string => body.toString("utf8", 0, 200);

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

const unreachable: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
]);

function connectionFailure(error: NodeJS.ErrnoException): Reply {
  const code = error.code ?? "";
  let kind: FailureKind = "broken";
  if (unreachable.has(code) || /^(CERT_|ERR_TLS|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|ERR_SSL)/.test(code))
    kind = "unreachable";
  else if (code.startsWith("HPE_")) kind = "nonsense";
  return failed(kind, error.message === "" ? code : error.message);
}
