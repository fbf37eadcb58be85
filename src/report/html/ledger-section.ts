import type { Result } from "../../result/result.ts";
import { ledgerLines } from "../wording.ts";
import { h, type Markup } from "./markup.ts";

/** How the calls of a ledger and the spans go together; none in a run without a ledger. */
export function ledgerSection({ ledger }: Result): Markup[] {
  if (ledger === undefined) return [];
  return [
    h(
      "section",
      { id: "ledger", "aria-labelledby": "ledger-title" },
      h("h2", { id: "ledger-title" }, "Calls and their spans"),
      h("ul", { class: "plain" }, ...ledgerLines(ledger).map((line) => h("li", {}, line))),
    ),
  ];
}
