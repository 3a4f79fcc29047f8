/** What a comparison is made of: cells in slots, slots in strata, and the numbers that come out. Plain data for workers. */
import type { BlockPlaces } from '../results/parquet/block-table.ts';

export type DeMethod = 'wilcoxon' | 't-test' | 't-test_overestim_var' | 'wilcoxon_counts' | 'pseudobulk';

/**
 * One stratum of a plate: slot `base` is its reference, the next `targets` slots are its targets. Where each target is compared
 * with all the others (`rest`), slot `base` has the cells that belong to no target and yet to the others.
 */
export interface Stratum {
  readonly base: number;
  readonly targets: number;
  readonly rest: boolean;
  /** Per target the one gene that is corrected for it, -1 for none; null: all are. */
  readonly onTarget: Int32Array | null;
  /** Its table. */
  readonly path: string;
  readonly places: BlockPlaces;
}

/** Per cell of the plate, in shared memory. */
export interface CellArrays {
  /** Slot, -1 for cells that take no part. */
  readonly slot: Int32Array;
  /** Normalised value of one count; 1 where counts are compared as they are. */
  readonly factor: Float64Array;
  /** ln(1 + count * factor) in single precision for the counts 1 to 4; null where counts are compared. */
  readonly logs: Float32Array | null;
  /** Sample (well) of the cell among `samples`; null unless samples are compared. */
  readonly sample: Int32Array | null;
}

export const tabledCounts = 4;

/** Wells within slots. */
export interface Samples {
  readonly slot: Int32Array;
  /** Counts of all genes over the cells of each. */
  readonly library: Float64Array;
}

export interface DeSettings {
  readonly method: DeMethod;
  /** Scores and p-values as scanpy has them: z instead of U, no correction for continuity. */
  readonly scanpy: boolean;
  /** Rank sums: whether ties narrow the spread. Without `scanpy` they always do. */
  readonly tieCorrect: boolean;
  readonly geometricMean: boolean;
  readonly eps: number;
  /** Genes at or below this many per million on both sides are left out of the correction; null keeps all. */
  readonly cpmFilter: number | null;
}

/** Columns of numbers of the result, with those that are stored in single precision. */
export const numberColumns = {
  target_mean: false, ref_mean: false, log2_fold_change: false, percent_change: false, p_value: false, statistic: false, fdr: false,
  neg_log10_p: true, pct_expressed_target: true, pct_expressed_ref: true,
} as const;
export type NumberColumn = keyof typeof numberColumns;
export const numberColumnNames = Object.keys(numberColumns) as NumberColumn[];

/** Numbers of a block of genes, target by target: entry target * genes + gene. */
export type BlockNumbers = Readonly<Record<NumberColumn, Float64Array>>;
