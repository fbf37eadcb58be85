import { html } from "./html.ts";
import { json } from "./json.ts";
import type { Reporter } from "./reporter.ts";
import { terminal } from "./terminal.ts";

export type ReporterName = "terminal" | "json" | "html";

/** The reporters `--reporter name[=file]` knows. */
export const reporters: Readonly<Record<ReporterName, Reporter>> = { terminal, json, html };
