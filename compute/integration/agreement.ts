/** How far two groupings of the same cells agree: Cramer's V, adjusted Rand index, normalised mutual information. */

/** Counts of pairs of codes; entries with a code of -1 on either side are left out. */
export interface CrossTable {
  /** Row-major rows x columns. */
  readonly counts: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly total: number;
  readonly rowSums: Float64Array;
  readonly columnSums: Float64Array;
}

export function crossTable(a: ArrayLike<number>, rows: number, b: ArrayLike<number>, columns: number): CrossTable {
  const counts = new Float64Array(rows * columns);
  for (let i = 0; i < a.length; i++) if (a[i]! >= 0 && b[i]! >= 0) counts[a[i]! * columns + b[i]!]! += 1;
  return summed(counts, rows, columns);
}

export function summed(counts: Float64Array, rows: number, columns: number): CrossTable {
  const rowSums = new Float64Array(rows);
  const columnSums = new Float64Array(columns);
  let total = 0;
  counts.forEach((count, at) => {
    rowSums[Math.floor(at / columns)]! += count;
    columnSums[at % columns]! += count;
    total += count;
  });
  return { counts, rows, columns, total, rowSums, columnSums };
}

const used = (sums: Float64Array): number => sums.reduce((n, sum) => n + Number(sum > 0), 0);

/** 0 independent to 1 one determines the other; levels that do not occur do not count. 0 when either has one level. */
export function cramersV(table: CrossTable): number {
  const { counts, columns, total, rowSums, columnSums } = table;
  const smaller = Math.min(used(rowSums), used(columnSums));
  if (smaller < 2) return 0;
  let sum = 0;
  counts.forEach((count, at) => {
    const expected = (rowSums[Math.floor(at / columns)]! * columnSums[at % columns]!) / total;
    if (expected > 0) sum += (count - expected) ** 2 / expected;
  });
  return Math.min(1, Math.sqrt(sum / total / (smaller - 1)));
}

/** Share of cells whose column is told by their row: 1 when every row has a single column. */
export function determines(table: CrossTable): number {
  let sum = 0;
  for (let row = 0; row < table.rows; row++) {
    let most = 0;
    for (let c = 0; c < table.columns; c++) most = Math.max(most, table.counts[row * table.columns + c]!);
    sum += most;
  }
  return table.total === 0 ? 0 : sum / table.total;
}

export function adjustedRand({ counts, rowSums, columnSums, total }: CrossTable): number {
  const pairs = (values: Float64Array): number => values.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const expected = (pairs(rowSums) * pairs(columnSums)) / ((total * (total - 1)) / 2);
  const most = (pairs(rowSums) + pairs(columnSums)) / 2;
  return most === expected ? 1 : (pairs(counts) - expected) / (most - expected);
}

/** Mutual information over the mean of both entropies, as scikit-learn has it by default. */
export function normalisedMutualInformation({ counts, columns, rowSums, columnSums, total }: CrossTable): number {
  const entropy = (sums: Float64Array): number => -sums.reduce((sum, n) => sum + (n > 0 ? (n / total) * Math.log(n / total) : 0), 0);
  let information = 0;
  counts.forEach((n, at) => {
    if (n > 0) information += (n / total) * Math.log((n * total) / (rowSums[Math.floor(at / columns)]! * columnSums[at % columns]!));
  });
  const mean = (entropy(rowSums) + entropy(columnSums)) / 2;
  return mean === 0 ? 1 : Math.max(0, information / mean);
}
