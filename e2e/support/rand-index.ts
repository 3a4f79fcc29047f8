/** Adjusted Rand index of two labellings: 1 for the same groups under other names, about 0 for groups drawn by chance. */
export function adjustedRandIndex(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  if (a.length !== b.length) throw new Error(`${a.length} labels against ${b.length}`);
  const cells = new Map<string, number>();
  const rows = new Map<string | number, number>();
  const columns = new Map<string | number, number>();
  a.forEach((label, i) => {
    const pair = JSON.stringify([label, b[i]]);
    cells.set(pair, (cells.get(pair) ?? 0) + 1);
    rows.set(label, (rows.get(label) ?? 0) + 1);
    columns.set(b[i]!, (columns.get(b[i]!) ?? 0) + 1);
  });
  const pairs = (counts: Iterable<number>): number => [...counts].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const together = pairs(cells.values());
  const [inA, inB, all] = [pairs(rows.values()), pairs(columns.values()), (a.length * (a.length - 1)) / 2];
  const expected = (inA * inB) / all;
  const most = (inA + inB) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}
