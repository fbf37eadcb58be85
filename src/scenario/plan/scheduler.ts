/** What a task waits for: a time in microseconds, or the end of the tasks that it started. */
export type Wait = number | typeof JOIN;
export const JOIN = "join";

/** Something that happens over virtual time; it runs whenever what it waited for has come. */
export type Task = Generator<Wait, void>;

/** A task with its present. */
export class Flow {
  /** The present. */
  now = 0;
  readonly parent: Flow | undefined;
  task: Task | undefined;
  /** Tasks that it started and that have not ended. */
  open = 0;
  joining = false;

  constructor(parent: Flow | undefined) {
    this.parent = parent;
  }
}

interface Event {
  readonly time: number;
  /** Events of one time happen in the order in which they were planned. */
  readonly order: number;
  readonly flow: Flow;
}

/** Discrete-event simulation: always goes on with the flow whose time comes next. */
export class Scheduler {
  readonly #heap: Event[] = [];
  #order = 0;

  /** @param parent Waits for this one when it joins. */
  start(at: number, parent: Flow | undefined, task: (flow: Flow) => Task): void {
    const flow = new Flow(parent);
    flow.now = at;
    flow.task = task(flow);
    if (parent !== undefined) parent.open++;
    this.#push(at, flow);
  }

  /** Lets the next event happen; false when there is none. */
  step(): boolean {
    const event = this.#pop();
    if (event === undefined) return false;
    const { flow } = event;
    flow.now = event.time;
    const { value, done } = flow.task!.next();
    if (done === true) this.#end(flow);
    else if (value === JOIN) flow.joining = true;
    else this.#push(Math.max(value, event.time), flow);
    return true;
  }

  #end({ parent, now }: Flow): void {
    if (parent === undefined) return;
    parent.open--;
    if (parent.open > 0 || !parent.joining) return;
    parent.joining = false;
    this.#push(now, parent);
  }

  #push(time: number, flow: Flow): void {
    const event = { time, order: this.#order++, flow };
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (!before(event, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function before(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
