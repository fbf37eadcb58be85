const MICROSECONDS: { readonly [unit: string]: number } = { us: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 };

/** Whole microseconds of `250ms`. */
export function microseconds(duration: string): number {
  const number = Number.parseFloat(duration);
  return Math.round(number * (MICROSECONDS[duration.replace(/^[\d.]+/, "")] ?? Number.NaN));
}

/** The part of one of `2.5%`. */
export function fraction(percent: string): number {
  return Number.parseFloat(percent) / 100;
}

/** Events a microsecond of `20/s`. */
export function ratePerMicrosecond(rate: string): number {
  const [count, unit] = rate.split("/");
  return Number(count) / (MICROSECONDS[unit ?? ""] ?? Number.NaN);
}

/** `250ms` of microseconds, in the largest unit that keeps it short. */
export function durationText(time: number): string {
  if (time < 1000) return `${time}us`;
  if (time < 1e6) return `${shortened(time / 1e3)}ms`;
  if (time < 60e6) return `${shortened(time / 1e6)}s`;
  if (time < 3600e6) return `${shortened(time / 60e6)}m`;
  return `${shortened(time / 3600e6)}h`;
}

function shortened(number: number): string {
  return String(Number(number.toPrecision(3)));
}
