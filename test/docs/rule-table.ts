import { rules } from "../../src/rules/index.ts";

const start = "<!-- rules: this table is compared with src/rules by a test -->\n";
const end = "<!-- /rules -->";

/** The README with its table of rules made from the rules. */
export function withRuleTable(readme: string): string {
  const from = readme.indexOf(start);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error("README.md has no place for the table of rules");
  return readme.slice(0, from + start.length) + ruleTable() + readme.slice(to);
}

function ruleTable(): string {
  const rows = rules.map(({ meta }) => {
    const weaver = meta.weaver === null ? "–" : `\`${meta.weaver.id}\` (${meta.weaver.level})`;
    return `| \`${meta.id}\` | ${meta.levels.join(", ")} | ${meta.title} | ${weaver} |`;
  });
  return ["| ruleId | level | holds when | Weaver's id (its level) |", "|---|---|---|---|", ...rows, ""].join("\n");
}
