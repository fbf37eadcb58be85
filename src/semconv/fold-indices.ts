/** A JSON pointer with its indices folded: `/0/parts/2/content` and `/7/parts/0/content` are the same place of a schema. */
export function foldIndices(path: string): string {
  return path.replace(/\/\d+(?=\/|$)/g, "/*");
}
