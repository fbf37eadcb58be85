// npm run torture -- [cases] [seed]: the fuzzing of the tests, for as many cases as asked (10⁶ unless said otherwise).
import { fuzz, targets, type Target } from "./fuzz.ts";

const ROUND = 10_000;
const cases = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
if (!Number.isInteger(cases) || cases < 1 || !Number.isInteger(seed)) {
  console.error("usage: npm run torture -- [cases] [seed]");
  process.exit(2);
}

console.log(`${cases} cases, seed ${seed}`);
const started = performance.now();
const all = Object.keys(targets) as Target[];
try {
  for (let done = 0, round = 0; done < cases; round++) {
    const now = Math.min(ROUND, cases - done);
    fuzz(all[round % all.length]!, seed + round, now);
    done += now;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${done} cases`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
const seconds = (performance.now() - started) / 1000;
console.log(`nothing wrong in ${cases} cases; ${seconds.toFixed(0)} s, ${Math.round(cases / seconds)} cases/s`);
