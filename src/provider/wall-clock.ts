/** Clocks may differ by this much before the wall clock counts as set anew (or the machine as having slept). */
const DRIFT_MS = 5;

/**
 * Wall-clock time in nanoseconds with the resolution of the monotonic clock (microseconds), so that calls within one millisecond keep
 * their order.
 */
export function wallClock(): () => bigint {
  let origin = performance.timeOrigin;
  return () => {
    const wall = Date.now();
    const monotonic = performance.now();
    if (Math.abs(origin + monotonic - wall) > DRIFT_MS) origin = wall - monotonic;
    return BigInt(Math.round((origin + monotonic) * 1000)) * 1000n;
  };
}
