/** A name without case and separators: two names with the same key differ only in spelling (`execute-tool`, `Execute_Tool`). */
export function spellingKey(value: string): string {
  return value.toLowerCase().replace(/[-_ ./]/g, "");
}
