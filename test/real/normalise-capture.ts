/**
 * Takes out of a capture (OTLP/JSON, one Export*ServiceRequest a line) what differs from run to run (ids, times, ports,
 * measured durations, exemplars, the instance id of a service) and leaves everything else as it was sent, so that two
 * recordings of the same client are equal, and a difference means that the client sends something else.
 *
 * Ids are counted in order of appearance. Spans keep their nesting and order: each lies within its parent, siblings follow
 * one another. One request is left of each signal (traces, logs, metrics, in this order): how an exporter cuts what it has into
 * requests is a matter of time.
 */
export function normaliseCapture(lines: string): string {
  const requests = mergeBySignal(
    lines
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Entry),
  );
  const spans = requests.flatMap(spansOf);
  const starts = placeInTime(spans);
  const traceIds = new Counter(32);
  const spanIds = new Counter(16);

  for (const span of spans) {
    const own = span.spanId;
    for (const event of span.events ?? []) event.timeUnixNano = span.startTimeUnixNano;
    span.traceId = traceIds.of(span.traceId);
    span.spanId = spanIds.of(own);
    if (span.parentSpanId !== undefined && span.parentSpanId !== "") span.parentSpanId = spanIds.of(span.parentSpanId);
  }
  for (const record of requests.flatMap(logRecordsOf)) {
    const time = String(starts.get(record.spanId ?? "") ?? base);
    if (record.timeUnixNano !== undefined) record.timeUnixNano = time;
    if (record.observedTimeUnixNano !== undefined) record.observedTimeUnixNano = time;
    if (record.traceId !== undefined && record.traceId !== "") record.traceId = traceIds.of(record.traceId);
    if (record.spanId !== undefined && record.spanId !== "") record.spanId = spanIds.of(record.spanId);
  }
  for (const metric of requests.flatMap(metricsOf)) {
    for (const point of metric.histogram?.dataPoints ?? []) normalisePoint(point, metric.unit === "s");
  }
  requests.forEach(normaliseAttributes);
  return requests.map((request) => `${JSON.stringify(request)}\n`).join("");
}

interface Request {
  resourceSpans?: { scopeSpans: { spans: Span[] }[] }[];
  resourceLogs?: { scopeLogs: { logRecords: LogRecord[] }[] }[];
  resourceMetrics?: { scopeMetrics: { metrics: Metric[] }[] }[];
}

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  events?: { timeUnixNano: string }[];
}

interface LogRecord {
  traceId?: string;
  spanId?: string;
  timeUnixNano?: string;
  observedTimeUnixNano?: string;
}

interface Metric {
  unit?: string;
  histogram?: { dataPoints: HistogramPoint[] };
}

interface HistogramPoint {
  startTimeUnixNano?: string;
  timeUnixNano?: string;
  count: string;
  sum?: number;
  min?: number;
  max?: number;
  bucketCounts?: string[];
  exemplars?: unknown;
}

const base = 1_760_000_000_000_000_000n;
const second = 1_000_000_000n;

/** Stand-ins for attribute values that differ from run to run, by key; the type stays. */
const volatileValues: ReadonlyMap<string, object> = new Map<string, object>([
  ["server.port", { intValue: "8080" }],
  ["service.instance.id", { stringValue: "00000000-0000-4000-8000-000000000001" }],
  ["gen_ai.response.time_to_first_chunk", { doubleValue: 0.25 }],
]);

class Counter {
  readonly #digits: number;
  readonly #names = new Map<string, string>();

  constructor(digits: number) {
    this.#digits = digits;
  }

  of(id: string): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const name = (this.#names.size + 1).toString(16).padStart(this.#digits, "0");
    this.#names.set(id, name);
    return name;
  }
}

/** A level of a request: some facts, and a list under a key of its own. */
type Entry = Record<string, unknown>;

const levels = [
  ["resourceSpans", "scopeSpans", "spans"],
  ["resourceLogs", "scopeLogs", "logRecords"],
  ["resourceMetrics", "scopeMetrics", "metrics"],
] as const;

function mergeBySignal(requests: readonly Entry[]): Request[] {
  return levels.flatMap(([resourceList, scopeList, itemList]) => {
    const resources = mergeEqual(listsOf(requests, resourceList), scopeList);
    for (const resource of resources) resource[scopeList] = mergeEqual(listsOf([resource], scopeList), itemList);
    return resources.length === 0 ? [] : [{ [resourceList]: resources } as Request];
  });
}

/** Makes one of the entries that differ only in what their list holds. */
function mergeEqual(entries: readonly Entry[], list: string): Entry[] {
  const groups = Map.groupBy(entries, (entry) => JSON.stringify({ ...entry, [list]: null }));
  return [...groups.values()].map((group) => ({ ...group[0], [list]: listsOf(group, list) }));
}

function listsOf(entries: readonly Entry[], list: string): Entry[] {
  return entries.flatMap((entry) => (entry[list] ?? []) as Entry[]);
}

function spansOf(request: Request): Span[] {
  return (request.resourceSpans ?? []).flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans));
}

function logRecordsOf(request: Request): LogRecord[] {
  return (request.resourceLogs ?? []).flatMap((resource) => resource.scopeLogs.flatMap((scope) => scope.logRecords));
}

function metricsOf(request: Request): Metric[] {
  return (request.resourceMetrics ?? []).flatMap((resource) => resource.scopeMetrics.flatMap((scope) => scope.metrics));
}

/** Gives every span its times; answers the start by the span id that was sent. A root lasts a second. */
function placeInTime(spans: readonly Span[]): ReadonlyMap<string, bigint> {
  const known = new Set(spans.map((span) => span.spanId));
  const children = Map.groupBy(spans, (span) => (known.has(span.parentSpanId ?? "") ? span.parentSpanId : undefined));
  const starts = new Map<string, bigint>();
  const place = (span: Span, start: bigint, length: bigint): void => {
    starts.set(span.spanId, start);
    span.startTimeUnixNano = String(start);
    span.endTimeUnixNano = String(start + length);
    const within = children.get(span.spanId) ?? [];
    // One slot a child, with a slot of pause before, between and after.
    const slot = length / BigInt(2 * within.length + 1);
    within.forEach((child, index) => place(child, start + slot * BigInt(2 * index + 1), slot));
  };
  children.get(undefined)?.forEach((root, index) => place(root, base + second * BigInt(2 * index), second));
  return starts;
}

function normalisePoint(point: HistogramPoint, measuresTime: boolean): void {
  if (point.startTimeUnixNano !== undefined) point.startTimeUnixNano = String(base);
  if (point.timeUnixNano !== undefined) point.timeUnixNano = String(base + 60n * second);
  delete point.exemplars;
  if (!measuresTime) return;
  if (point.sum !== undefined) point.sum = 0;
  if (point.min !== undefined) point.min = 0;
  if (point.max !== undefined) point.max = 0;
  if (point.bucketCounts !== undefined)
    point.bucketCounts = point.bucketCounts.map((_, index) => (index === 0 ? point.count : "0"));
}

function normaliseAttributes(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  if ("key" in node && "value" in node && typeof node.key === "string") {
    const standIn = volatileValues.get(node.key);
    if (standIn !== undefined) node.value = standIn;
  }
  Object.values(node).forEach(normaliseAttributes);
}
