import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (
  options: { readonly type: "minor" } | { readonly type: "major"; readonly flavor: "last-resort" },
) => void;

let collector: Collect | undefined;

function collect(): Collect {
  if (collector === undefined) {
    setFlagsFromString("--expose-gc");
    collector = runInNewContext("gc") as Collect;
  }
  return collector;
}

/**
 * Collects garbage and gives the memory back to the system. By itself the engine lets a heap that was once large grow to a multiple of
 * what lives in it before it collects again, and keeps up to 128 MB for young objects. Takes some 50 ms.
 */
export function collectGarbage(): void {
  collect()({ type: "major", flavor: "last-resort" });
}

/** Collects what became garbage soon after it was made. Takes a millisecond or two. */
export function collectYoungGarbage(): void {
  collect()({ type: "minor" });
}

/**
 * Does work that makes millions of objects which all live until its end. The space for young ones would double again and again for
 * them, to some hundred megabytes, in vain; for work whose objects die young that growth is what makes it fast.
 */
export function inSmallYoungSpace<Outcome>(work: () => Outcome): Outcome {
  setFlagsFromString("--semi-space-growth-factor=1");
  try {
    return work();
  } finally {
    setFlagsFromString("--semi-space-growth-factor=2");
  }
}
