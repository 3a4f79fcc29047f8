/** The public JSON of `truckee inspect`: field names are a contract (docs/cli.md). */
import type { Dtype, MatrixKind, MatrixSlot } from './matrix.ts';

export interface InspectMatrix {
  readonly kind: MatrixKind;
  readonly dtype: Dtype;
  readonly chunks: readonly number[] | null;
  readonly filter: string | null;
  readonly shuffle: boolean;
  /** Only with --scan: nonzero values, their sum, whether all are integers, the largest. */
  readonly nnz?: number;
  readonly sum?: number;
  readonly integer?: boolean;
  readonly max?: number;
}

/** Defects that do not stop a file from being described; most of them stop a run. */
export interface InspectProblem {
  readonly kind:
    | 'no-matrix' | 'duplicate-obs-names' | 'duplicate-var-names' | 'nan-values' | 'negative-values' | 'not-counts'
    | 'unsupported-column' | 'unsupported-encoding' | 'explicit-zeros' | 'unsorted-indices' | 'gene-ids-as-index' | 'empty'
    | 'trailing-space-labels' | 'repeated-cells' | 'obs-disagrees' | 'obs-misaligned' | 'minified';
  readonly message: string;
  readonly where: string;
}

export interface InspectColumn {
  readonly name: string;
  readonly type: 'categorical' | 'string' | 'integer' | 'float' | 'boolean' | 'unsupported';
  /** Number of levels of a categorical column. */
  readonly levels?: number;
  readonly example?: string;
}

export interface InspectReport {
  readonly ok: true;
  readonly path: string;
  readonly format: 'h5ad' | 'zarr' | '10x-h5' | '10x-mtx';
  readonly bytes: number;
  /** AnnData encoding version ("0.1.0"), or "legacy" for files without root attributes. */
  readonly encoding: string;
  readonly n_obs: number;
  readonly n_vars: number;
  readonly X: InspectMatrix | null;
  readonly layers: Readonly<Record<string, InspectMatrix>>;
  readonly raw: { readonly n_vars: number; readonly X: InspectMatrix } | null;
  readonly obsm: Readonly<Record<string, readonly number[]>>;
  readonly obs: readonly InspectColumn[];
  readonly var: readonly InspectColumn[];
  readonly first_obs: readonly string[];
  readonly first_var: readonly string[];
  /** Slot that holds integer counts: X, layers/<name> or raw/X; null when none is known to. */
  readonly counts_in: MatrixSlot | null;
  readonly demo: boolean;
  /** Fingerprints of what Truckee took these cells from; absent for files from elsewhere. */
  readonly taken_from?: readonly string[];
  readonly problems: readonly InspectProblem[];
}
