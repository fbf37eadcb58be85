/** Whether the n-th that fits (from 0) is taken: `first` (also without a word), `all`, or `every <n>`. */
export function chooser(which = "first"): (fitting: number) => boolean {
  if (which === "all") return () => true;
  if (which === "first") return (index) => index === 0;
  const every = Number(which.replace("every ", ""));
  return (index) => index % every === 0;
}
