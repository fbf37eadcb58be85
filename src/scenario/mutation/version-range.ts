/**
 * The versions that a range means, in their own order. A range is ids with `>=`, `>`, `<=`, `<` before them, all of which must hold
 * (`>=1.37.0 <genai-2026-08-03`); a list is of ids; without either it is all.
 *
 * @param oldestFirst ids of all versions
 * @throws {RangeError} for an id that is none of them, or a range that means no version
 */
export function versionsIn(
  range: string | readonly string[] | undefined,
  oldestFirst: readonly string[],
): readonly string[] {
  if (range === undefined) return oldestFirst;
  const position = (id: string): number => {
    const index = oldestFirst.indexOf(id);
    if (index < 0) throw new RangeError(`no version "${id}": expected one of ${oldestFirst.join(", ")}`);
    return index;
  };
  if (typeof range !== "string") {
    const listed = new Set(range.map(position));
    return oldestFirst.filter((_, index) => listed.has(index));
  }
  const bounds = range.split(/\s+/).map((bound) => boundOf(bound, position));
  const versions = oldestFirst.filter((_, index) => bounds.every((holds) => holds(index)));
  if (versions.length === 0) throw new RangeError(`no version is ${range}`);
  return versions;
}

function boundOf(bound: string, position: (id: string) => number): (index: number) => boolean {
  const [, sign = "", id = ""] = /^(>=|<=|>|<|)(.*)$/.exec(bound) ?? [];
  const limit = position(id);
  switch (sign) {
    case ">=":
      return (index) => index >= limit;
    case ">":
      return (index) => index > limit;
    case "<=":
      return (index) => index <= limit;
    case "<":
      return (index) => index < limit;
    default:
      return (index) => index === limit;
  }
}
