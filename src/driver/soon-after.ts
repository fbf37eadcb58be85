/** How long what is under way may take once a run is over; a stopped sink gives its clients as long. */
export const LAST_MS = 5000;

/** Calls `then` so long after a run is over. Returns what calls that off. */
export function soonAfter(over: AbortSignal, then: () => void, afterMs = LAST_MS): () => void {
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(then, afterMs);
  };
  if (over.aborted) begin();
  else over.addEventListener("abort", begin, { once: true });
  return () => {
    clearTimeout(timer);
    over.removeEventListener("abort", begin);
  };
}
