import type {
  ErrorShare,
  PlanAgent,
  PlanArrival,
  PlanMcp,
  PlanModel,
  PlanPolicy,
  PlanProvider,
  PlanStep,
  PlanTool,
  Program,
} from "../plan/program.ts";
import { mostTimes } from "../most-times.ts";
import { mix } from "../plan/random.ts";
import type {
  Agent,
  Arrival,
  Chat,
  McpStep,
  Model,
  Named,
  Propagation,
  Provider,
  ProviderName,
  RetryPolicy,
  Scenario,
  Step,
  Steps,
} from "../scenario.ts";
import { fraction, microseconds, ratePerMicrosecond } from "../units.ts";
import { compileCounts, compileDurations, constant } from "./compile-distribution.ts";
import { quantileTable, symmetricBetaQuantile } from "./quantile-tables.ts";

/** Where a client finds a provider, unless the scenario says otherwise. */
const ADDRESSES: { readonly [name in ProviderName]: string } = {
  openai: "api.openai.com",
  anthropic: "api.anthropic.com",
  "gcp.gemini": "generativelanguage.googleapis.com",
};

/** A block of 2^15 arrivals of a Poisson process is drawn from the top down. */
const POISSON_LEVELS = 15;

const DEFAULT_INPUT = compileCounts({ lognormal: { p50: 600, p95: 3000 } });
const DEFAULT_OUTPUT = compileCounts({ lognormal: { p50: 150, p95: 700 } });
const DEFAULT_FIRST_CHUNK = compileDurations({ lognormal: { p50: "250ms", p95: "900ms" } });

/** Makes a scenario that readScenario accepted ready to be planned. */
export function compileScenario(scenario: Scenario): Program {
  return new Compiler(scenario).program();
}

class Compiler {
  readonly #scenario: Scenario;
  readonly #models: readonly string[];
  readonly #agents: readonly string[];
  readonly #policies: readonly string[];
  readonly #providers: readonly ProviderName[];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#models = Object.keys(scenario.models ?? {});
    this.#agents = Object.keys(scenario.agents ?? {});
    this.#policies = Object.keys(scenario.retries ?? {});
    this.#providers = Object.keys(ADDRESSES) as ProviderName[];
  }

  program(): Program {
    const { services, models, agents, retries, run, cancel, arrival, content } = this.#scenario;
    const [method = "", route = ""] = run.request.split(" ");
    const providers = this.#providers.map((name) => providerOf(name, this.#scenario.providers?.[name]));
    const policies = Object.entries(retries ?? {}).map(([name, policy]) => policyOf(name, policy));
    return {
      identity: identityOf(this.#scenario),
      services,
      hops: this.#hops(),
      content: content ?? "none",
      providers,
      models: Object.entries(models ?? {}).map(([name, model]) => this.#model(name, model)),
      agents: Object.entries(agents ?? {}).map(([name, agent]) => this.#agent(name, agent)),
      policies,
      run: {
        service: this.#service(run.service),
        method,
        route,
        workflow: run.workflow,
        steps: this.#steps(run.steps, undefined),
      },
      cancel:
        cancel === undefined ? undefined : { share: fraction(cancel.share), after: compileDurations(cancel.after) },
      arrival: arrivalOf(arrival),
      shared: "closed" in arrival || this.#usedTogether(providers, policies),
    };
  }

  /** A provider that no model names has no part in it. */
  #usedTogether(providers: readonly PlanProvider[], policies: readonly PlanPolicy[]): boolean {
    const used = new Set(Object.values(this.#scenario.models ?? {}).map((model) => model.provider));
    return (
      providers.some(({ name, capacity }) => capacity !== undefined && used.has(name)) ||
      policies.some(({ budget, breaker }) => budget !== undefined || breaker !== undefined)
    );
  }

  #hops(): Propagation[] {
    const { services, hops = [], propagation = "w3c" } = this.#scenario;
    return services.flatMap((from) =>
      services.map((to) => hops.find((hop) => hop.from === from && hop.to === to)?.propagation ?? propagation),
    );
  }

  #model(name: string, { provider, latency, firstChunk, errors }: Model): PlanModel {
    return {
      name,
      provider: this.#providers.indexOf(provider),
      latency: compileDurations(latency),
      firstChunk: firstChunk === undefined ? DEFAULT_FIRST_CHUNK : compileDurations(firstChunk),
      errors: errorsOf(errors),
    };
  }

  #agent(name: string, agent: Agent): PlanAgent {
    return {
      name,
      service: this.#service(agent.service),
      description: agent.description,
      model: this.#models.indexOf(agent.model),
      steps: this.#steps(agent.steps, agent.model),
    };
  }

  /** @param model What a chat uses that names none. */
  #steps(steps: Steps, model: string | undefined): PlanStep[] {
    return steps.map((step) => this.#step(step, model));
  }

  #step(step: Step, model: string | undefined): PlanStep {
    if (step.agent !== undefined) return { kind: "agent", agent: this.#agents.indexOf(step.agent) };
    if (step.handoff !== undefined) return { kind: "handoff", agent: this.#agents.indexOf(step.handoff) };
    if (step.chat !== undefined) return this.#call("chat", step.chat, model);
    if (step.stream !== undefined) return this.#call("stream", step.stream, model);
    if (step.embed !== undefined) return this.#call("embed", step.embed, undefined);
    if (step.tool !== undefined) return { kind: "tool", tool: this.#tool(step.tool) };
    if (step.mcp !== undefined) return this.#mcp(step.mcp);
    if (step.human !== undefined) return { kind: "human", wait: compileDurations(step.human) };
    if (step.retrieve !== undefined) {
      const { source, top, found, duration, errors } = step.retrieve;
      const documents = found === undefined ? constant(top) : compileCounts(found);
      return {
        kind: "retrieve",
        source,
        top,
        found: documents,
        duration: compileDurations(duration),
        errors: errorsOf(errors),
      };
    }
    if (step.rerank !== undefined) {
      const { duration, errors } = step.rerank;
      return {
        kind: "rerank",
        model: step.rerank.model,
        duration: compileDurations(duration),
        errors: errorsOf(errors),
      };
    }
    return this.#group(step, model);
  }

  #group(step: Step, model: string | undefined): PlanStep {
    if (step.plan !== undefined) return { kind: "plan", steps: this.#steps(step.plan, model) };
    if (step.background !== undefined) return { kind: "background", steps: this.#steps(step.background, model) };
    if (step.parallel !== undefined) {
      return { kind: "parallel", branches: step.parallel.map((steps) => this.#steps(steps, model)) };
    }
    if (step.choose !== undefined) {
      let below = 0;
      const ways = step.choose.map(({ share, steps }) => ({
        below: (below += fraction(share)),
        steps: this.#steps(steps, model),
      }));
      return { kind: "choose", ways };
    }
    if (step.loop !== undefined) {
      const until = step.loop.until === undefined ? 0 : fraction(step.loop.until);
      return {
        kind: "loop",
        times: compileCounts(step.loop.times),
        most: mostTimes(step.loop.times),
        until,
        steps: this.#steps(step.loop.steps, model),
      };
    }
    if (step.retry !== undefined) {
      return {
        kind: "retry",
        policy: this.#policies.indexOf(step.retry.policy),
        steps: this.#steps(step.retry.steps, model),
      };
    }
    throw new Error(`a step of an unknown kind: ${Object.keys(step).join(", ")}`);
  }

  #call(kind: "chat" | "stream" | "embed", call: Chat, fallback: string | undefined): PlanStep {
    const name = call.model ?? fallback ?? "";
    const model = this.#scenario.models?.[name];
    const input = call.input ?? model?.input;
    const output = call.output ?? model?.output;
    return {
      kind,
      model: this.#models.indexOf(name),
      input: input === undefined ? DEFAULT_INPUT : compileCounts(input),
      output: output === undefined ? DEFAULT_OUTPUT : compileCounts(output),
      finish: call.finish ?? "stop",
    };
  }

  #tool(name: string): PlanTool {
    const tool = this.#scenario.tools?.[name];
    if (tool === undefined) throw new Error(`an unknown tool: ${name}`);
    const { service, description, duration, errors } = tool;
    return {
      name,
      service: service === undefined ? undefined : this.#service(service),
      description,
      duration: compileDurations(duration),
      errors: errorsOf(errors),
    };
  }

  #mcp({ server: name, tool, prompt, resource }: McpStep): PlanMcp {
    const server = this.#scenario.mcpServers?.[name];
    if (server === undefined) throw new Error(`an unknown MCP server: ${name}`);
    const method =
      tool !== undefined
        ? "tools/call"
        : prompt !== undefined
          ? "prompts/get"
          : resource !== undefined
            ? "resources/read"
            : "tools/list";
    return {
      kind: "mcp",
      service: this.#service(server.service),
      method,
      target: tool ?? prompt ?? resource,
      duration: compileDurations(server.duration),
      errors: errorsOf(server.errors),
    };
  }

  #service(name: string): number {
    return this.#scenario.services.indexOf(name);
  }
}

function providerOf(name: ProviderName, provider: Provider = {}): PlanProvider {
  const { address = ADDRESSES[name], port = 443, capacity, outages = [] } = provider;
  const rate = capacity?.rate === undefined ? undefined : ratePerMicrosecond(capacity.rate);
  return {
    name,
    address,
    port,
    capacity:
      capacity === undefined
        ? undefined
        : {
            concurrent: capacity.concurrent,
            queue: capacity.queue ?? 0,
            rate,
            // A second's worth, as most limiters give.
            burst: capacity.burst ?? Math.max(1, Math.round((rate ?? 0) * 1e6)),
            status: capacity.status ?? 429,
            retryAfter: optionalTime(capacity.retryAfter),
          },
    outages: outages.map((outage) => ({
      from: microseconds(outage.from),
      until: microseconds(outage.from) + microseconds(outage.for),
      status: outage.status,
      share: outage.share === undefined ? 1 : fraction(outage.share),
      retryAfter: optionalTime(outage.retryAfter),
    })),
  };
}

function policyOf(name: string, { attempts, timeout, backoff, jitter, budget, breaker }: RetryPolicy): PlanPolicy {
  return {
    name,
    attempts,
    timeout: timeout === undefined ? undefined : microseconds(timeout),
    first: microseconds(backoff.first),
    factor: backoff.factor,
    most: microseconds(backoff.most),
    jitter,
    budget: budget === undefined ? undefined : fraction(budget),
    breaker: breaker === undefined ? undefined : { failures: breaker.failures, open: microseconds(breaker.open) },
  };
}

function arrivalOf(arrival: Arrival): PlanArrival {
  if ("constant" in arrival) return { kind: "constant", gap: 1 / ratePerMicrosecond(arrival.constant) };
  if ("ramp" in arrival) {
    const { from, to, over } = arrival.ramp;
    return { kind: "ramp", from: ratePerMicrosecond(from), to: ratePerMicrosecond(to), over: microseconds(over) };
  }
  if ("burst" in arrival) {
    const { size, every, rate } = arrival.burst;
    return { kind: "burst", size, every: microseconds(every), rate: rate === undefined ? 0 : ratePerMicrosecond(rate) };
  }
  if ("poisson" in arrival) {
    const splits = Array.from({ length: POISSON_LEVELS }, (_, level) =>
      quantileTable(symmetricBetaQuantile(2 ** level)),
    );
    return { kind: "poisson", gap: 1 / ratePerMicrosecond(arrival.poisson), splits };
  }
  return { kind: "closed", users: arrival.closed.users, think: compileDurations(arrival.closed.think) };
}

function errorsOf(errors: Named<string> | undefined): ErrorShare[] {
  let below = 0;
  return Object.entries(errors ?? {}).map(([type, share]) => ({ type, below: (below += fraction(share)) }));
}

function identityOf(scenario: Scenario): number {
  return Array.from(JSON.stringify(scenario)).reduce((hash, character) => mix(hash, character.codePointAt(0) ?? 0), 0);
}

function optionalTime(duration: string | undefined): number {
  return duration === undefined ? 0 : microseconds(duration);
}
