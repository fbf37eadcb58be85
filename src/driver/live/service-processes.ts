import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DriverError } from "../driver-error.ts";
import { LAST_MS, soonAfter } from "../soon-after.ts";
import type { Order, Report, ServiceFigures, Setup } from "./messages.ts";

/** How long the processes of the services may take to listen: modules are loaded in all of them at once. */
const START_MS = 60_000;
/** How much longer than it may take a service may be late in saying that it ends. */
const GRACE_MS = 60_000;
const LONGEST_STDERR = 4000;
const LAST_LINES = 3;

const child = fileURLToPath(
  new URL(`./service-process.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url),
);

/** What the driver hears of its services while they are at work. */
export interface ServiceEvents {
  exported(report: Extract<Report, { type: "exported" }>): void;
  /** A process ended that nobody told to; the text says which, how, and what it last said. */
  died(what: string): void;
}

/** The processes of a run's services. None of them outlives this process: each ends when its channel closes. */
export class ServiceProcesses {
  readonly #services: readonly ServiceProcess[];

  private constructor(services: readonly ServiceProcess[]) {
    this.#services = services;
  }

  /**
   * Resolves when all listen and know of each other.
   *
   * @throws {DriverError} when one ends before that, or takes too long
   */
  static async start(setups: readonly Setup[], events: ServiceEvents, over: AbortSignal): Promise<ServiceProcesses> {
    const services = setups.map((setup) => new ServiceProcess(setup, events));
    const all = new ServiceProcesses(services);
    try {
      const ports = await Promise.all(services.map((service) => service.until("listening", START_MS, over)));
      const ready = services.map((service) => service.until("ready", START_MS, over));
      for (const service of services) service.tell({ type: "peers", ports: ports.map(({ port }) => port) });
      await Promise.all(ready);
      return all;
    } catch (error) {
      await all.kill();
      throw error;
    }
  }

  /** @param service its index */
  port(service: number): number {
    return this.#services[service]!.port;
  }

  /** Resolves when nothing is under way in any of them, or to false when that takes too long. */
  async settle(longestMs: number, over: AbortSignal): Promise<boolean> {
    const begun = performance.now();
    try {
      for (let last = -1; ;) {
        const left = longestMs - (performance.now() - begun);
        const settled = this.#services.map((service) => service.until("settled", Math.max(1, left), over));
        for (const service of this.#services) service.tell({ type: "settle" });
        const served = (await Promise.all(settled)).reduce((sum, report) => sum + report.served, 0);
        // What one has in the background may have kept another busy after that one had settled.
        if (served === last) return true;
        last = served;
      }
    } catch (error) {
      if (error instanceof DriverError) return false;
      throw error;
    }
  }

  /**
   * Has them send what they have and end, within so long, or LAST_MS once the run is over. What one of them knows is undefined where it
   * did not say so in time.
   */
  async finish(withinMs: number, over: AbortSignal): Promise<readonly (ServiceFigures | undefined)[]> {
    const never = new AbortController().signal;
    const done = this.#services.map((service) =>
      service.until("done", withinMs + GRACE_MS, never).catch((error: unknown) => {
        if (error instanceof DriverError) return undefined;
        throw error;
      }),
    );
    const order = (): void => {
      for (const service of this.#services) {
        service.mayEnd = true;
        service.tell({ type: "finish", withinMs: over.aborted ? Math.min(LAST_MS, withinMs) : withinMs });
      }
    };
    over.addEventListener("abort", order, { once: true });
    order();
    // One that is stuck says nothing.
    const keepWaiting = soonAfter(over, () => void this.kill(), 3 * LAST_MS);
    const figures = await Promise.all(done);
    keepWaiting();
    over.removeEventListener("abort", order);
    await this.kill();
    return figures;
  }

  /** Ends those that are still there, and resolves when none is. */
  async kill(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.kill()));
  }
}

class ServiceProcess {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #waiting = new Map<Report["type"], (report: Report) => void>();
  readonly #onEnd = new Set<() => void>();
  #stderr = "";
  #ended: string | undefined;
  mayEnd = false;
  port = 0;

  constructor(setup: Setup, events: ServiceEvents) {
    this.#name = setup.program.services[setup.service] as string;
    // Plans hold sets of objects that are the same, and values that JSON has no word for.
    this.#process = fork(child, [], {
      serialization: "advanced",
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (part: string) => {
      this.#stderr = (this.#stderr + part).slice(-LONGEST_STDERR);
    });
    this.#process.on("message", (report: Report) => {
      if (report.type === "listening") this.port = report.port;
      if (report.type === "exported") events.exported(report);
      else this.#waiting.get(report.type)?.(report);
    });
    this.#gone = new Promise((resolve) => {
      // "close" comes after "exit", once all that it said is here; "error" when there never was a process.
      this.#process.once("error", (error) => this.#end(`could not be started: ${error.message}`, events, resolve));
      this.#process.once("close", (code, signal) =>
        this.#end(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`, events, resolve),
      );
    });
    this.tell({ type: "setup", setup });
  }

  tell(order: Order): void {
    // That the channel is closed is heard by the end of the process.
    if (this.#process.connected) this.#process.send(order, () => {});
  }

  /** The next report of a kind. @throws {DriverError} when the process has ended, it takes too long, or the run is over */
  until<Type extends Report["type"]>(
    type: Type,
    longestMs: number,
    over: AbortSignal,
  ): Promise<Extract<Report, { type: Type }>> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(type);
        this.#onEnd.delete(ended);
        over.removeEventListener("abort", stopped);
        then();
      };
      const fail = (what: string): void =>
        settle(() =>
          reject(new DriverError(`the service ${this.#name} ${what}`, "Look at what it says, and run again.")),
        );
      const ended = (): void => fail(`${this.#place} ${this.#ended}`);
      const stopped = (): void => fail("was stopped before it was done");
      const timer = setTimeout(
        () => fail(`${this.#place} did not answer for ${Math.round(longestMs / 1000)} s`),
        longestMs,
      );
      this.#waiting.set(type, (report) => settle(() => resolve(report as Extract<Report, { type: Type }>)));
      this.#onEnd.add(ended);
      over.addEventListener("abort", stopped, { once: true });
      if (this.#ended !== undefined) ended();
      else if (over.aborted) stopped();
    });
  }

  async kill(): Promise<void> {
    this.mayEnd = true;
    if (this.#ended === undefined) this.#process.kill("SIGKILL");
    await this.#gone;
  }

  get #place(): string {
    return `(pid ${this.#process.pid ?? "none"})`;
  }

  #end(how: string, events: ServiceEvents, resolve: () => void): void {
    if (this.#ended !== undefined) return;
    const said = lastWords(this.#stderr);
    this.#ended = said === "" ? how : `${how}, saying: ${said}`;
    if (!this.mayEnd) events.died(`the service ${this.#name} ${this.#place} ${this.#ended}`);
    for (const ended of this.#onEnd) ended();
    resolve();
  }
}

/** What a process said last: the error that Node prints with its stack and its fields, or else the last lines. */
function lastWords(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const error = lines.findLast((line) => /^(Uncaught )?\w*Error\b.*: /.test(line));
  return (error ?? lines.slice(-LAST_LINES).join(" | ")).replaceAll(/\p{Cc}+/gu, " ");
}
