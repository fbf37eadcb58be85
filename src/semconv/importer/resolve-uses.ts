import { ImportError } from "./import-error.ts";
import type { RawAttribute, RawGroup, RawLevel, RawModel } from "./raw-model.ts";

/** A use with nothing left to inherit. */
export interface ResolvedUse {
  readonly key: string;
  readonly level: RawLevel;
  readonly samplingRelevant: boolean;
}

interface OpenUse {
  readonly level?: RawLevel;
  readonly samplingRelevant?: boolean;
}

/** Finds definitions in the version itself, then in the core version it depends on. */
export class AttributeLookup {
  readonly #own: ReadonlyMap<string, RawAttribute>;
  readonly #core: ReadonlyMap<string, RawAttribute>;

  constructor(own: ReadonlyMap<string, RawAttribute>, core: ReadonlyMap<string, RawAttribute>) {
    this.#own = own;
    this.#core = core;
  }

  find(key: string): RawAttribute | undefined {
    return this.#own.get(key) ?? this.#core.get(key);
  }
}

/**
 * The attributes of one group, sorted by key. Precedence, field by field: its own use, then the groups it includes (the later one
 * wins), then what it extends or refines; a level that nobody states is `recommended`.
 * Throws ImportError on a reference without a definition and on an inheritance that runs in a circle.
 */
export function resolveUses(group: RawGroup, model: RawModel, lookup: AttributeLookup): readonly ResolvedUse[] {
  const open = openUses(group, model, []);
  return [...open]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, use]) => {
      requireDefinition(key, group, lookup);
      return { key, level: use.level ?? { level: "recommended" }, samplingRelevant: use.samplingRelevant ?? false };
    });
}

/** The group that `reference` names. Throws ImportError when there is none. */
export function groupNamed(reference: string, from: RawGroup, model: RawModel): RawGroup {
  const group = model.groups.get(reference);
  if (group !== undefined) return group;
  throw new ImportError(
    from.place,
    `reference to group "${reference}", which this version does not define`,
    "Check the spelling, or add the file that defines it to the version's folder.",
  );
}

export function requireDefinition(key: string, from: RawGroup, lookup: AttributeLookup): RawAttribute {
  const attribute = lookup.find(key);
  if (attribute !== undefined) return attribute;
  throw new ImportError(
    from.place,
    `reference to attribute "${key}", which neither this version nor the core version behind it defines`,
    "Check the spelling, or add the file that defines it to the version's folder.",
  );
}

function openUses(group: RawGroup, model: RawModel, path: readonly string[]): Map<string, OpenUse> {
  if (path.includes(group.reference)) {
    throw new ImportError(
      group.place,
      `inheritance in a circle: ${[...path, group.reference].join(" → ")}`,
      "One of these has to stop extending, refining or including the next.",
    );
  }
  const here = [...path, group.reference];
  const uses = new Map<string, OpenUse>();
  const parents = group.parent === undefined ? group.includes : [group.parent, ...group.includes];
  for (const parent of parents) {
    for (const [key, use] of openUses(groupNamed(parent, group, model), model, here)) overlay(uses, key, use);
  }
  for (const { key, ...use } of group.uses) overlay(uses, key, use);
  return uses;
}

function overlay(uses: Map<string, OpenUse>, key: string, use: OpenUse): void {
  uses.set(key, { ...uses.get(key), ...use });
}
