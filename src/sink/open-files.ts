import { readdirSync } from "node:fs";

/** Where the operating system lists the files that this process has open; Linux and macOS have it. */
const openFiles = "/dev/fd";

interface ReportWithLimits {
  readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } };
}

/**
 * How many connections each of so many ports may hold, so that they take at most half of the files that this process may still open
 * (`ulimit -n`). When there is none left, the system's connections are closed before anybody could count them. Infinity where
 * there is no limit, or none that is told.
 */
export function connectionsThatFit(ports: number): number {
  const limit = mostOpenFiles();
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor((limit - countOpenFiles()) / 2 / ports));
}

function mostOpenFiles(): number | undefined {
  const report = process.report.getReport() as ReportWithLimits;
  const limit = report.userLimits?.open_files?.soft;
  return typeof limit === "number" ? limit : undefined;
}

function countOpenFiles(): number {
  try {
    return readdirSync(openFiles).length;
  } catch {
    return 0;
  }
}
