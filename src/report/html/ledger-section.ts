import type { Result } from "../../result/result.ts";
import { ledgerLines, sentLines } from "../wording.ts";
import { h, type Markup } from "./markup.ts";

/** How a ledger and the spans go together; none in a run without a ledger. */
export function ledgerSection({ ledger, sent }: Result): Markup[] {
  if (ledger === undefined && sent === undefined) return [];
  const lines = [...(ledger === undefined ? [] : ledgerLines(ledger)), ...(sent === undefined ? [] : sentLines(sent))];
  return [
    h(
      "section",
      { id: "ledger", "aria-labelledby": "ledger-title" },
      h("h2", { id: "ledger-title" }, ledger === undefined ? "Spans sent and arrived" : "Calls and their spans"),
      h("ul", { class: "plain" }, ...lines.map((line) => h("li", {}, line))),
    ),
  ];
}
