import { readSpecsJson } from "./specs-folder.ts";

/** What the model files say only in prose; the data is ours, in specs/overlay/. */
export interface SpanTypeOverlay {
  /** Our name of the type, the same over all versions. */
  readonly type: string;
  /** Its span ids over the versions. */
  readonly spans: readonly string[];
  readonly doc: string;
  readonly operations: readonly string[];
  readonly identifiedBy: readonly string[];
  readonly identifiedOnlyWith?: readonly string[];
  readonly kinds: readonly KindRule[];
  readonly names: readonly NameRule[];
}

export interface Since {
  readonly since?: string;
  readonly until?: string;
}

interface KindRule extends Since {
  readonly kind: string;
  /** Allowed only under this condition, which a span cannot prove. */
  readonly when?: string;
}

export interface NameRule extends Since {
  /** Words of the name; `{key}` stands for an attribute's value, `{a|b}` for the first of them that is there. */
  readonly template: readonly string[];
  /** The name when a placeholder's attribute is not available. */
  readonly orElse?: string;
  /** A last word that users may opt in to. */
  readonly optionalTail?: string;
  /** The text lets providers use another name. */
  readonly mayDiffer?: true;
}

interface ProviderOverlay {
  readonly refines: string;
  readonly spans: readonly string[];
  readonly doc: string;
  readonly values: readonly string[];
  readonly names?: readonly NameRule[];
}

interface KeyList {
  readonly doc: string;
  readonly keys: readonly string[];
}

interface LetterOnly {
  readonly key: string;
  readonly why: string;
  readonly doc: string;
}

export interface SpanTypesOverlay {
  readonly types: readonly SpanTypeOverlay[];
  readonly providers: readonly ProviderOverlay[];
  readonly providerKey: readonly (Since & { readonly key: string; readonly doc: string })[];
  readonly letterOnly: readonly LetterOnly[];
  readonly knownAfterAnswer: KeyList;
  readonly neverExpected: KeyList;
}

export interface Alias {
  readonly is: string;
  readonly status?: "moved";
  readonly clause?: string;
}

interface CommunityOverlay {
  readonly clause: string;
  readonly names: readonly string[];
}

export function loadSpanTypes(): SpanTypesOverlay {
  return readSpecsJson<SpanTypesOverlay>("overlay/span-types.json");
}

/** Versions without models of their own, by id. */
export function loadAliases(): ReadonlyMap<string, Alias> {
  const data = readSpecsJson<Record<string, Alias | string>>("overlay/aliases.json");
  const aliases = new Map<string, Alias>();
  for (const [id, alias] of Object.entries(data)) {
    if (typeof alias !== "string") aliases.set(id, alias);
  }
  return aliases;
}

/** Names in wide use that no version has; a trailing dot names a namespace. */
export function loadCommunityNames(): readonly string[] {
  return readSpecsJson<CommunityOverlay>("overlay/community.json").names;
}
