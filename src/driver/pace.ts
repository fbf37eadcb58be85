import { Latencies, type LatencySummary } from "./latencies.ts";

/** When jobs are to begin. */
export type Arrivals =
  /** At times of their own, in milliseconds after the start of the run and never falling, whether the target keeps up or not. */
  | {
      readonly model: "open";
      readonly times: Iterator<number, undefined>;
      readonly maxQueue: number;
      /** What has waited longer is dropped, so that a run ends soon after its last arrival. */
      readonly maxWaitMs: number;
    }
  /** One after the other. */
  | { readonly model: "closed" };

export interface Pacing {
  readonly arrivals: Arrivals;
  /** Most jobs under way at once. */
  readonly maxInFlight: number;
  /** No job arrives after so many. */
  readonly maxJobs: number;
  /** No job arrives after so long. */
  readonly durationMs: number;
}

export interface PaceFigures {
  /** Jobs that were to begin. */
  readonly arrived: number;
  readonly begun: number;
  /** Jobs that never began: the queue was full, they waited too long in it, or the run was broken off. */
  readonly dropped: number;
  /** From the start of the run to the end of its last job. */
  readonly elapsedMs: number;
  /** Of jobs that were done well, from when each was to begin: what a user would have waited. */
  readonly sinceIntended: LatencySummary | undefined;
  /** The same from when each did begin. A run that shows only this hides the time that work waited for the target. */
  readonly sinceBegun: LatencySummary | undefined;
}

/**
 * Resolves to whether it was done well; must not reject, and must settle soon after the run is over.
 *
 * @param intended when it was to begin, on the clock of `performance.now`
 */
export type Job = (k: number, intended: number) => Promise<boolean>;

/**
 * Runs jobs 0, 1, 2, … when they are due. Jobs that are due while too many are under way wait in a queue with a limit; what comes
 * beyond it is dropped and counted, and uses up no number.
 *
 * @param over ends the run early: what has not begun is dropped
 */
export function pace(job: Job, pacing: Pacing, over: AbortSignal): Promise<PaceFigures> {
  return new Promise((resolve, reject) => new Pacer(job, pacing, over, resolve, reject).begin());
}

class Pacer {
  readonly #job: Job;
  readonly #pacing: Pacing;
  readonly #over: AbortSignal;
  readonly #resolve: (figures: PaceFigures) => void;
  readonly #reject: (error: unknown) => void;
  readonly #sinceIntended = new Latencies();
  readonly #sinceBegun = new Latencies();
  readonly #queue: number[] = [];
  readonly #start = performance.now();
  #next: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #arrived = 0;
  #begun = 0;
  #dropped = 0;
  #inFlight = 0;
  #lastEnd = 0;

  constructor(
    job: Job,
    pacing: Pacing,
    over: AbortSignal,
    resolve: (figures: PaceFigures) => void,
    reject: (error: unknown) => void,
  ) {
    this.#job = job;
    this.#pacing = pacing;
    this.#over = over;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(): void {
    this.#over.addEventListener("abort", this.#proceed, { once: true });
    this.#next = this.#nextTime();
    this.#proceed();
  }

  /** Takes in what is due, begins what may begin, and either waits or ends the run. */
  readonly #proceed = (): void => {
    clearTimeout(this.#timer);
    if (this.#over.aborted) this.#breakOff();
    const { arrivals, maxInFlight } = this.#pacing;
    if (arrivals.model === "open") this.#takeDue(arrivals.maxQueue);
    while (this.#inFlight < maxInFlight) {
      if (arrivals.model === "closed") this.#takeNext(this.#now());
      const intended = this.#queue.shift();
      if (intended === undefined) break;
      if (arrivals.model === "open" && this.#now() - intended > arrivals.maxWaitMs) this.#dropped++;
      else this.#beginJob(intended);
    }
    if (this.#next !== undefined) this.#timer = setTimeout(this.#proceed, Math.max(0, this.#next - this.#now()));
    else if (this.#inFlight === 0) this.#finish();
  };

  #takeDue(maxQueue: number): void {
    const now = this.#now();
    // What can begin at once never waits, so it needs no room in the queue.
    const room = maxQueue + this.#pacing.maxInFlight - this.#inFlight;
    while (this.#next !== undefined && this.#next <= now) {
      this.#arrived++;
      if (this.#queue.length < room) this.#queue.push(this.#next);
      else this.#dropped++;
      this.#next = this.#nextTime();
    }
  }

  /** In a closed model a job arrives when it can begin. */
  #takeNext(now: number): void {
    if (!this.#mayArrive(now)) return;
    this.#arrived++;
    this.#queue.push(now);
  }

  #beginJob(intended: number): void {
    const begun = this.#now();
    this.#inFlight++;
    this.#job(this.#begun++, this.#start + intended).then((well) => {
      this.#inFlight--;
      this.#lastEnd = this.#now();
      if (well) {
        this.#sinceIntended.record(this.#lastEnd - intended);
        this.#sinceBegun.record(this.#lastEnd - begun);
      }
      this.#proceed();
    }, this.#reject);
  }

  /** When the next job of an open model is due; undefined when there is none. */
  #nextTime(): number | undefined {
    const { arrivals } = this.#pacing;
    if (arrivals.model === "closed") return undefined;
    const due = this.#mayArrive(0) ? arrivals.times.next().value : undefined;
    return due !== undefined && this.#mayArrive(due) ? due : undefined;
  }

  #mayArrive(at: number): boolean {
    return !this.#over.aborted && this.#arrived < this.#pacing.maxJobs && at < this.#pacing.durationMs;
  }

  /** Milliseconds since the start of the run. */
  #now(): number {
    return performance.now() - this.#start;
  }

  #breakOff(): void {
    this.#dropped += this.#queue.length;
    this.#queue.length = 0;
    this.#next = undefined;
  }

  #finish(): void {
    this.#over.removeEventListener("abort", this.#proceed);
    this.#resolve({
      arrived: this.#arrived,
      begun: this.#begun,
      dropped: this.#dropped,
      elapsedMs: this.#lastEnd,
      sinceIntended: this.#sinceIntended.summary(),
      sinceBegun: this.#sinceBegun.summary(),
    });
  }
}
