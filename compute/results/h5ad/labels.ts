/** Texts as codes into their distinct labels, the way pandas makes a categorical. */

/** Categories sorted by code unit; codes -1 where `missing` is 1. */
export function sortedLabels(values: readonly string[], missing?: Uint8Array): { categories: string[]; codes: Int32Array } {
  const present = new Set<string>();
  values.forEach((value, i) => {
    if (missing?.[i] !== 1) present.add(value);
  });
  const categories = [...present].sort((a, b) => (a < b ? -1 : 1));
  const codeOf = new Map(categories.map((label, code) => [label, code]));
  return { categories, codes: Int32Array.from(values, (value, i) => (missing?.[i] === 1 ? -1 : codeOf.get(value)!)) };
}
