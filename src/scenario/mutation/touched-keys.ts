import type { BrokenScenario } from "./broken-scenario.ts";
import { listOf } from "./select-span.ts";

/** The attributes that a fault takes away, brings or changes: findings about them may go with the fault. */
export function touchedKeys({
  mutate = [],
  transit = [],
}: Pick<BrokenScenario, "mutate" | "transit">): ReadonlySet<string> {
  return new Set(
    [...mutate, ...transit].flatMap(
      ({ set = {}, remove, rename = {}, repeat = {}, cut = {}, content = [], resource = {} }) => [
        ...Object.keys(set),
        ...listOf(remove),
        ...Object.entries(rename).flat(),
        ...Object.keys(repeat),
        ...Object.keys(cut),
        ...content.map((edit) => edit.in),
        ...Object.keys(resource.set ?? {}),
        ...listOf(resource.remove),
      ],
    ),
  );
}
