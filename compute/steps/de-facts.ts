/** uns/de: what views, exports and the catalog read of a comparison; its numbers are in the tables it names. */
import type { BlockPlaces } from '../results/parquet/block-table.ts';
import type { DeSkipped } from './de-groups.ts';

export interface DeStratumFacts {
  /** Name to choose it by: plate and labels. */
  readonly name: string;
  readonly plate: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Table inside the result folder, and where its numbers lie; null when nothing was compared. */
  readonly file: string | null;
  readonly places: BlockPlaces | null;
  readonly cells: number;
  readonly reference_cells: number;
  /** Total that cells were normalised to; null where counts were compared. */
  readonly target_sum: number | null;
  /** Median total of the reference's cells. */
  readonly reference_depth: number;
  readonly targets: readonly DeTargetFacts[];
  readonly skipped: readonly DeSkipped[];
}

export interface DeTargetFacts {
  readonly target: string;
  readonly cells: number;
  /** Cells that it was compared with; absent where they are those of the stratum's reference. */
  readonly reference_cells?: number;
  readonly depth: number;
  /** Wells on both sides; only for pseudobulk. */
  readonly wells: readonly [number, number] | null;
  /** Genes with fdr < 0.05. */
  readonly significant: number;
}

export interface DeFacts {
  readonly params: Readonly<Record<string, unknown>>;
  readonly method: string;
  readonly reference: string;
  readonly strata_columns: readonly string[];
  readonly is_log1p: false;
  readonly genes: number;
  readonly strata: readonly DeStratumFacts[];
  readonly notes: readonly string[];
}

/** Leading genes of one target, in the file of its stratum (de/NAME.top.json). */
export interface TopOfTarget {
  readonly target: string;
  readonly significant: number;
  readonly genes: readonly string[];
  readonly log2_fold_change: readonly (number | string)[];
  readonly p_value: readonly number[];
  readonly fdr: readonly number[];
}

/** JSON has no infinities: they go as text. */
export const jsonNumber = (value: number): number | string => (Number.isFinite(value) ? value : String(value));
