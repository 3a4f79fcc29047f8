/** Limits of the filter step as they are tried on the quality page, and which cells of a sample they would keep. */
import { limitColumn } from '../../steps/filter.rules.ts';

export type LimitName = keyof typeof limitColumn;
export type Limits = Readonly<Partial<Record<LimitName, number | null>>>;

export interface Metric {
  readonly column: string;
  readonly title: string;
  /** Counts spread over orders of magnitude: their logarithm is drawn. */
  readonly log: boolean;
  readonly min: LimitName | null;
  readonly max: LimitName | null;
}

export const metrics: readonly Metric[] = [
  { column: 'n_genes_by_counts', title: 'Detected genes', log: true, min: 'min_genes', max: 'max_genes' },
  { column: 'total_counts', title: 'Counts', log: true, min: 'min_counts', max: 'max_counts' },
  { column: 'pct_counts_mt', title: 'Mitochondrial counts, %', log: false, min: null, max: 'max_pct_mt' },
];

/** The limits among a step's parameters. */
export function limitsOf(params: Readonly<Record<string, unknown>>): Limits {
  return Object.fromEntries(Object.keys(limitColumn).map((name) => [name, typeof params[name] === 'number' ? params[name] : null]));
}

/** One flag per cell of the sample; a cell without a value fails a limit on it, as the filter step decides. */
export function keptBy(limits: Limits, rows: number, column: (name: string) => Float32Array | null): Uint8Array {
  const kept = new Uint8Array(rows).fill(1);
  for (const [name, limit] of Object.entries(limits)) {
    const values = limit === null || limit === undefined ? null : column(limitColumn[name as LimitName]);
    if (!values) continue;
    const least = name.startsWith('min_');
    for (let i = 0; i < rows; i++) if (!(least ? values[i]! >= limit! : values[i]! <= limit!)) kept[i] = 0;
  }
  return kept;
}

/** A range drawn over a histogram becomes limits: the ends of the histogram mean no limit. */
export function limitsFromRange(metric: Metric, range: readonly [number, number] | null, ends: readonly [number, number]): Limits {
  const back = (value: number): number => (metric.log ? Math.expm1(value) : value);
  const round = (value: number): number => (metric.log ? Math.round(value) : Number(value.toPrecision(3)));
  const near = (ends[1] - ends[0]) / 100;
  return {
    ...(metric.min === null ? {} : { [metric.min]: range === null || range[0] <= ends[0] + near ? null : round(back(range[0])) }),
    ...(metric.max === null ? {} : { [metric.max]: range === null || range[1] >= ends[1] - near ? null : round(back(range[1])) }),
  };
}
