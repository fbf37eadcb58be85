import { readFileSync, writeFileSync } from "node:fs";
import { withRuleTable } from "../docs/rule-table.ts";

const file = new URL("../../README.md", import.meta.url);
writeFileSync(file, withRuleTable(readFileSync(file, "utf8")));
