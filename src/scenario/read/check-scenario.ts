import { closest } from "../../semconv/closest.ts";
import type { Counts, Durations, Named, Scenario, Step, Steps, Tool } from "../scenario.ts";
import { kindOf, nested, type StepKind } from "../steps.ts";
import { fraction, microseconds } from "../units.ts";
import { findCycle, mostSpans, MOST_SPANS } from "./agent-graph.ts";
import type { ScenarioProblem } from "./problem.ts";
import type { Path, Source } from "./source.ts";

/** What the schema cannot say: names that must be defined, cycles, shares over 100 %, percentiles out of order. */
export function checkScenario(scenario: Scenario, source: Source): ScenarioProblem[] {
  const check = new Check(scenario, source);
  check.servicesAndAgents();
  check.providers();
  check.models();
  check.tools();
  check.retries();
  check.arrival();
  check.steps(scenario.run.steps, ["run", "steps"], undefined);
  for (const [name, { steps }] of entriesOf(scenario.agents)) check.steps(steps, ["agents", name, "steps"], name);
  if (check.problems.length === 0) check.graph();
  return check.problems;
}

class Check {
  readonly problems: ScenarioProblem[] = [];
  readonly #scenario: Scenario;
  readonly #source: Source;

  constructor(scenario: Scenario, source: Source) {
    this.#scenario = scenario;
    this.#source = source;
  }

  servicesAndAgents(): void {
    const { run, agents, models, tools, mcpServers, hops = [] } = this.#scenario;
    this.#service(run.service, ["run", "service"]);
    for (const [name, { service, model }] of entriesOf(agents)) {
      this.#service(service, ["agents", name, "service"]);
      this.#known(model, models, "a model", ["agents", name, "model"]);
    }
    for (const [name, { service }] of entriesOf(mcpServers)) this.#service(service, ["mcpServers", name, "service"]);
    for (const [name, { service }] of entriesOf(tools)) {
      if (service !== undefined) this.#service(service, ["tools", name, "service"]);
    }
    for (const [index, { from, to }] of hops.entries()) {
      this.#service(from, ["hops", index, "from"]);
      this.#service(to, ["hops", index, "to"]);
      const first = hops.findIndex((hop) => hop.from === from && hop.to === to);
      if (first < index) this.#add(["hops", index], "each hop once", `${from} to ${to} again`);
    }
  }

  providers(): void {
    for (const [name, { capacity, outages = [] }] of entriesOf(this.#scenario.providers)) {
      const path = ["providers", name, "capacity"];
      if (capacity?.queue !== undefined && capacity.concurrent === undefined) {
        this.#add([...path, "queue"], "concurrent beside queue", "no concurrent: nothing makes a call wait");
      }
      if (capacity?.burst !== undefined && capacity.rate === undefined) {
        this.#add([...path, "burst"], "rate beside burst", "no rate");
      }
      if (capacity !== undefined && capacity.concurrent === undefined && capacity.rate === undefined) {
        this.#add(path, "concurrent, rate or both", "neither");
      }
      for (const [index, outage] of outages.entries()) {
        this.#positive(outage.for, ["providers", name, "outages", index, "for"]);
      }
    }
  }

  models(): void {
    for (const [name, { latency, firstChunk, input, output, errors }] of entriesOf(this.#scenario.models)) {
      this.#distributions(["models", name], { latency, firstChunk, input, output });
      this.#shares(errors, ["models", name, "errors"]);
    }
  }

  tools(): void {
    for (const kind of ["tools", "mcpServers"] as const) {
      const named: Named<Pick<Tool, "duration" | "errors">> = this.#scenario[kind] ?? {};
      for (const [name, { duration, errors }] of entriesOf(named)) {
        this.#distributions([kind, name], { duration });
        this.#shares(errors, [kind, name, "errors"]);
      }
    }
  }

  retries(): void {
    for (const [name, { timeout, backoff, breaker }] of entriesOf(this.#scenario.retries)) {
      if (timeout !== undefined) this.#positive(timeout, ["retries", name, "timeout"]);
      if (breaker !== undefined) this.#positive(breaker.open, ["retries", name, "breaker", "open"]);
      if (microseconds(backoff.most) < microseconds(backoff.first)) {
        this.#add(["retries", name, "backoff", "most"], `at least first (${backoff.first})`, backoff.most);
      }
    }
  }

  arrival(): void {
    const { arrival, cancel } = this.#scenario;
    if ("ramp" in arrival) this.#positive(arrival.ramp.over, ["arrival", "ramp", "over"]);
    if ("burst" in arrival) this.#positive(arrival.burst.every, ["arrival", "burst", "every"]);
    if ("closed" in arrival) this.#distributions(["arrival", "closed"], { think: arrival.closed.think });
    if (cancel !== undefined) this.#distributions(["cancel"], { after: cancel.after });
  }

  /** @param within A step that goes on when a branch of it ends, and that a handoff therefore cannot leave. */
  steps(steps: Steps, path: Path, agent: string | undefined, within?: StepKind): void {
    for (const [index, step] of steps.entries()) {
      const place = [...path, index];
      this.#step(step, place, agent);
      if (step.handoff !== undefined) this.#handoff([...place, "handoff"], steps.length - 1 - index, within);
      const kind = kindOf(step);
      const around = kind === "parallel" || kind === "background" || kind === "plan" ? kind : within;
      for (const inner of nested(step)) this.steps(inner.steps, [...place, ...inner.path], agent, around);
    }
  }

  #handoff(path: Path, after: number, within: StepKind | undefined): void {
    if (after > 0) this.#add(path, "the handoff as the last step: the agent ends with it", `${after} more after it`);
    if (within !== undefined) this.#add(path, "a handoff of the whole agent", `one inside ${within}`);
  }

  /** Cycles, and runs without bounds; asked once all names are known. */
  graph(): void {
    const cycle = findCycle(this.#scenario);
    if (cycle !== undefined) {
      return this.#add(
        cycle.path,
        "agents that do not come back to themselves",
        `the cycle ${cycle.agents.join(" → ")}`,
      );
    }
    const spans = mostSpans(this.#scenario);
    if (spans > MOST_SPANS) {
      this.#add(
        ["run", "steps"],
        `runs of at most ${MOST_SPANS} spans`,
        `runs of up to ${spans.toExponential(1)} spans`,
      );
    }
  }

  #step(step: Step, path: Path, agent: string | undefined): void {
    const { models, agents, tools, mcpServers, retries } = this.#scenario;
    const kind = kindOf(step);
    const place = [...path, kind];
    switch (kind) {
      case "agent":
        return this.#known(step.agent!, agents, "an agent", place);
      case "handoff":
        this.#inAgent(agent, "a handoff inside an agent", place);
        return this.#known(step.handoff!, agents, "an agent", place);
      case "plan":
        return this.#inAgent(agent, "a plan inside an agent", place);
      case "tool":
        return this.#known(step.tool!, tools, "a tool", place);
      case "chat":
      case "stream":
        return this.#chat(step[kind]!, place, agent);
      case "embed":
        this.#distributions(place, { input: step.embed!.input });
        return this.#known(step.embed!.model, models, "a model", [...place, "model"]);
      case "retrieve":
        this.#distributions(place, { duration: step.retrieve!.duration, found: step.retrieve!.found });
        return this.#shares(step.retrieve!.errors, [...place, "errors"]);
      case "rerank":
        this.#distributions(place, { duration: step.rerank!.duration });
        return this.#shares(step.rerank!.errors, [...place, "errors"]);
      case "mcp":
        return this.#known(step.mcp!.server, mcpServers, "an MCP server", [...place, "server"]);
      case "human":
        return this.#distribution(step.human!, place);
      case "choose": {
        const sum = step.choose!.reduce((total, { share }) => total + fraction(share), 0);
        if (Math.abs(sum - 1) > 1e-9) this.#add(place, "shares that add up to 100%", `${percentText(sum)}`);
        return;
      }
      case "loop":
        return this.#distributions(place, { times: step.loop!.times });
      case "retry":
        return this.#known(step.retry!.policy, retries, "a retry policy", [...place, "policy"]);
      case "parallel":
      case "background":
    }
  }

  #chat(chat: NonNullable<Step["chat"]>, path: Path, agent: string | undefined): void {
    this.#distributions(path, { input: chat.input, output: chat.output });
    if (chat.model !== undefined) return this.#known(chat.model, this.#scenario.models, "a model", [...path, "model"]);
    if (agent === undefined) this.#add(path, "a model: no agent around it has one", "none");
  }

  #service(name: string, path: Path): void {
    this.#oneOf(name, this.#scenario.services, "a service of services", path);
  }

  #known(name: string, defined: Named<unknown> | undefined, what: string, path: Path): void {
    this.#oneOf(name, Object.keys(defined ?? {}), `${what} that is defined`, path);
  }

  #oneOf(name: string, names: readonly string[], what: string, path: Path): void {
    if (names.includes(name)) return;
    const list = names.length === 0 ? "there are none" : names.slice(0, 12).join(", ");
    this.#add(path, `${what} (${list})`, `"${name}"`, closest(name, names));
  }

  #inAgent(agent: string | undefined, expected: string, path: Path): void {
    if (agent === undefined) this.#add(path, expected, "one outside any agent");
  }

  #positive(duration: string, path: Path): void {
    if (microseconds(duration) <= 0) this.#add(path, "a duration above zero", `"${duration}"`);
  }

  #shares(errors: Named<string> | undefined, path: Path): void {
    const sum = Object.values(errors ?? {}).reduce((total, share) => total + fraction(share), 0);
    if (sum > 1 + 1e-9) this.#add(path, "shares of at most 100% together", percentText(sum));
  }

  #distributions(path: Path, named: Named<Durations | Counts | undefined>): void {
    for (const [key, value] of Object.entries(named)) {
      if (value !== undefined) this.#distribution(value, [...path, key]);
    }
  }

  #distribution(value: Durations | Counts, path: Path): void {
    if (typeof value !== "object") return;
    if ("uniform" in value && amount(value.uniform.from) > amount(value.uniform.to)) {
      this.#add([...path, "uniform", "to"], `at least from (${value.uniform.from})`, String(value.uniform.to));
    }
    if ("lognormal" in value) this.#percentiles(value.lognormal, [...path, "lognormal"]);
  }

  #percentiles(percentiles: Named<string | number>, path: Path): void {
    const ascending = Object.entries(percentiles).toSorted(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)));
    for (const [index, [name, value]] of ascending.entries()) {
      const before = ascending[index - 1];
      if (before !== undefined && Number(name.slice(1)) === Number(before[0].slice(1))) {
        this.#add([...path, name], `another percentile than ${before[0]}`, name);
      } else if (amount(value) <= 0) this.#add([...path, name], "a percentile above zero", String(value));
      else if (before !== undefined && amount(value) <= amount(before[1])) {
        this.#add([...path, name], `more than ${before[0]} (${before[1]})`, String(value));
      }
    }
  }

  #add(path: Path, expected: string, actual: string, near?: string): void {
    const said = near === undefined ? { expected, actual } : { expected, actual, closest: near };
    this.problems.push(this.#source.problem(path, "value", said));
  }
}

function amount(value: string | number): number {
  return typeof value === "number" ? value : microseconds(value);
}

function percentText(part: number): string {
  return `${Number((part * 100).toFixed(6))}%`;
}

function entriesOf<Value>(named: { readonly [name: string]: Value } | undefined): [string, Value][] {
  return Object.entries(named ?? {});
}
