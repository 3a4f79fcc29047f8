/** What a store offers the engine: one plate as blocks of rows, whatever its file format. */
import type { MatrixFacts, PlateFacts } from '../../protocol/matrix.ts';
import type { InspectReport } from '../../protocol/inspect.ts';
import type { Arena, CsrBlock } from '../kernels/block.ts';
import type { DatasetSpec } from '../hdf5/spec.ts';

/** Everything a worker needs to read one matrix: structured-cloneable, no handles. */
export type MatrixSpec =
  | { readonly kind: 'csr'; readonly facts: MatrixFacts; readonly data: DatasetSpec; readonly indices: DatasetSpec; readonly indptr: DatasetSpec }
  | { readonly kind: 'dense'; readonly facts: MatrixFacts; readonly values: DatasetSpec }
  /** Column order (csc, 10x counts seen gene by gene, mtx): read through a row-order spool made by `transposeToSpool`. */
  | { readonly kind: 'columns'; readonly facts: MatrixFacts; readonly source: ColumnSource; readonly spool: string | null };

/** What rows are read from: a matrix of a file, or the pack at `path` in its place (with the facts of the matrix). */
export type ReadSpec = MatrixSpec | { readonly kind: 'pack'; readonly facts: MatrixFacts; readonly path: string };

export type ColumnSource =
  | { readonly kind: 'csc'; readonly data: DatasetSpec; readonly indices: DatasetSpec; readonly indptr: DatasetSpec }
  | { readonly kind: 'mtx'; readonly path: string };

export interface BlockRange {
  readonly rowStart: number;
  readonly rowEnd: number;
  /** Upper bounds of one block; a single row above maxStored still comes as one block. */
  readonly maxRows: number;
  readonly maxStored: number;
  readonly signal?: AbortSignal;
}

export interface MatrixReader {
  readonly facts: MatrixFacts;
  /** Rows in order, each exactly once. The block is reused: valid until the next is asked for. */
  blocks(range: BlockRange): AsyncGenerator<CsrBlock, void, void>;
  close(): void;
}

export type OpenMatrix = (spec: ReadSpec, arena: Arena) => MatrixReader;

/** A column of obs or var, rows in file order. Missing: code -1, NaN, or a set mask bit. */
export type Column =
  | { readonly kind: 'categorical'; readonly codes: Int32Array; readonly categories: readonly string[]; readonly ordered: boolean }
  /** `single`: stored as float32, so that 0.1 in an expression means float32's 0.1. */
  | { readonly kind: 'number'; readonly values: Float64Array; readonly integer: boolean; readonly single?: boolean }
  | { readonly kind: 'boolean'; readonly values: Uint8Array; readonly missing: Uint8Array | null }
  /** `missing` is there only where the file can tell a missing string from an empty one. */
  | { readonly kind: 'string'; readonly values: readonly string[]; readonly missing?: Uint8Array };

/** An opened file: structure and annotations (through h5wasm); the matrix itself is read through MatrixSpec. */
export interface PlateFile {
  readonly path: string;
  readonly nObs: number;
  /** Genes of var; geneNames, varColumn and facts follow the counts, which may lie in raw with genes of their own. */
  readonly nVars: number;
  readonly obsColumns: readonly string[];
  /** var index: the gene names in file order (of raw/var when counts are in raw). */
  geneNames(): readonly string[];
  /** Other identifiers found in var (gene_ids, ensembl_id, feature_name...), by column name. */
  varColumn(name: string): Column;
  obsNames(rowStart: number, rowEnd: number): readonly string[];
  obsColumn(name: string, rowStart?: number, rowEnd?: number): Column;
  /** Matrices present, X first. */
  matrices(): readonly MatrixSpec[];
  /** A dense embedding of obsm by its name; null when there is none that is read. */
  embedding(name: string): MatrixSpec | null;
  /** The matrix that holds counts, by names and dtype, checked on a sample of its values; null when none does. */
  counts(): MatrixSpec | null;
  /** The public description; `scan` reads every value. */
  inspect(options: { scan: boolean; signal?: AbortSignal }): Promise<InspectReport>;
  facts(name: string): PlateFacts;
  close(): void;
}

export type OpenPlate = (path: string) => Promise<PlateFile>;
