// Preloaded into a process under measurement: prints the most memory it held, in kB, when it ends.
import { readFileSync } from "node:fs";

process.on("exit", () => {
  let peak = process.resourceUsage().maxRSS;
  try {
    // ru_maxrss of a child starts from what its parent held when it forked; VmHWM is the program's own.
    peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? peak);
  } catch {
    // Not Linux: the figure of getrusage has to do.
  }
  process.stderr.write(`peak ${peak}\n`);
});
