import type { Level } from "../../result/result.ts";

/** The symbol beside a level's name or number; never the only sign of it. */
export const levelSymbols: Readonly<Record<Level, string>> = { violation: "✗", improvement: "▲", information: "i" };
