/** What a loader is asked for and what it gives: minibatches of cells for training, from files as they lie. */
import type { Stamp } from '../../io/stamp.ts';
import type { Codes, FetchLayout, PlateUnits, RowSet, Strategy } from '../sampling/index.ts';
import type { CollectionFormat, RowStoreSpec } from '../stores/index.ts';
import type { Backend } from './sources.ts';

export interface LoaderOptions {
  /**
   * h5ad, 10x HDF5, packs, Zarr folders in AnnData encoding, Parquet in Tahoe's layout on Hugging Face (a file or a folder), SCDL
   * folders. Their order does not matter: plates are put into an order that depends on what they hold.
   */
  readonly files: readonly string[];
  readonly strategy: StrategyChoice;
  /** Cells of a minibatch, default 64. */
  readonly batch?: number;
  /** Minibatches per fetch, default 64. */
  readonly fetchFactor?: number;
  /** Leaves out the short minibatch at the end of a fetch (only the last can have one). */
  readonly dropLast?: boolean;
  readonly seed?: number;
  /** Worker threads; 0 reads in this thread. Default: half the cores, 1 to 16. Never changes what comes. */
  readonly workers?: number;
  /** This process among several that share an epoch: takes every `ranks`-th fetch. */
  readonly rank?: number;
  readonly ranks?: number;
  /** Minibatches come in the order of the epoch (default), or as they get ready. */
  readonly deterministic?: boolean;
  /** Minibatches each worker may have ready. Default: fetchFactor + 1, at most 16 (64 from packs). */
  readonly prefetch?: number;
  /** Rows that take part, by id over the plates in their order; default all. */
  readonly subset?: RowSet;
  /** An expression over obs columns, as `truckee query --where` takes it: only cells that meet it take part (of the subset, if there is one). */
  readonly where?: string;
  /** Genes by name, in the order of the columns; default all genes that the files share. */
  readonly genes?: readonly string[];
  /** Files with different genes: refuse (default), keep the shared ones, or keep all with zeros where a file lacks one. */
  readonly join?: 'same' | 'inner' | 'outer';
  /** Sum every cell is scaled to over all its genes, as scanpy's normalize_total; default none. */
  readonly targetSum?: number;
  /** ln(1 + x) after scaling. */
  readonly log1p?: boolean;
  /** Minibatches as dense float32 (cells x genes) instead of CSR. Made for one minibatch at a time. */
  readonly dense?: boolean;
  /** obs columns that come with every minibatch: codes of categories, or numbers. */
  readonly labels?: readonly string[];
  /** The files' digests have been compared with their source: the start of a chunk may be read without reaching its checksum. */
  readonly verified?: boolean;
  /** 'auto' (default) reads the pack beside a file where there is one that fits, 'file' never, 'pack' always; 'memory' reads all cells once, those outside the subset too, and holds them: as packed where there is a pack. */
  readonly backend?: Backend;
  /** Functions in this thread; all but batchTransform need workers: 0. */
  readonly hooks?: LoaderHooks;
  /** A module (a path from the working folder, or an address) that exports hooks by name; workers load it themselves. Beside it `hooks` can only have batchTransform. */
  readonly hooksModule?: string;
}

/** Strategies by the names of labels rather than by codes; everything else as in sampling. */
export type StrategyChoice =
  | Exclude<Strategy, { kind: 'balanced' | 'quota' | 'groups' }>
  | { readonly kind: 'balanced'; readonly label: string; readonly block?: number; readonly totalSize?: number }
  | { readonly kind: 'quota'; readonly label: string; readonly quota: Readonly<Record<string, number>>; readonly batches?: number };

/** Rows of one fetch in ascending order of their ids, without repeats. */
export interface FetchedRows {
  rows: Uint32Array;
  indptr: Int32Array;
  indices: Int32Array;
  values: Float32Array;
}

/** Places to step in, asked in turn; each gets what the step before gave, and what it returns replaces that: the same rows in the same order, with whatever entries. */
export interface LoaderHooks {
  /** Reads the rows itself, in place of the files. */
  readonly fetch?: (rows: Uint32Array) => FetchedRows;
  readonly fetchTransform?: (chunk: FetchedRows) => FetchedRows;
  /** Makes a minibatch of the rows at `positions` of the chunk. */
  readonly batch?: (chunk: FetchedRows, positions: Uint32Array) => FetchedRows;
  readonly batchTransform?: (batch: Minibatch) => Minibatch;
}

export type MinibatchX =
  /** From files whose genes ascend the columns of a cell do; from a pack they come in the order of the pack. */
  | { readonly kind: 'csr'; readonly indptr: Int32Array; readonly indices: Int32Array; readonly values: Float32Array }
  /** Row-major, cells x genes. */
  | { readonly kind: 'dense'; readonly values: Float32Array };

/** Valid until the next one is asked for: its arrays lie in shared memory that is used again. */
export interface Minibatch {
  readonly epoch: number;
  /** Number of the fetch in the epoch, and of the minibatch in its fetch. */
  readonly fetch: number;
  readonly batch: number;
  readonly cells: number;
  /** Row ids over all plates. */
  readonly rows: Uint32Array;
  readonly x: MinibatchX;
  /** Codes (-1: missing) or numbers of every label asked for, one per cell. */
  readonly obs: Readonly<Record<string, Codes | Float32Array>>;
}

export interface LoaderLabel {
  readonly kind: 'codes' | 'number';
  /** Sorted, over all files; empty for numbers. */
  readonly categories: readonly string[];
  /** Of every row, over all plates. */
  readonly values: Codes | Float32Array;
}

export interface LoaderPlan {
  /** Cells of one epoch, over all ranks. */
  readonly length: number;
  readonly batches: number;
  /** Of the decoded rows of one fetch and the minibatches that wait, for each worker. */
  readonly bytesPerWorker: number;
  /** Of these, shared memory (the minibatches that wait). */
  readonly sharedBytesPerWorker: number;
  /** Of cells that stay in memory, once for all workers together: 0 unless the backend is 'memory'. */
  readonly heldBytes: number;
  readonly workers: number;
  /** Minibatches that each worker may have ready. */
  readonly prefetch: number;
}

export interface EpochOptions {
  /** Begins at this minibatch of the rank: going on after a stop. */
  readonly fromBatch?: number;
  readonly signal?: AbortSignal;
}

export interface Loader {
  readonly cells: number;
  /** Columns of every minibatch. */
  readonly genes: readonly string[];
  readonly plates: readonly {
    readonly backend: 'file' | 'pack' | 'memory'; readonly format: CollectionFormat; readonly name: string; readonly path: string; readonly rowOffset: number; readonly cells: number;
    /** How the file itself is read, and which column each of its genes becomes: null where they are the columns. */
    readonly own: RowStoreSpec; readonly columns: Int32Array | null;
    /** A file (or store) that changes with it, its size and time when it was opened. */
    readonly stamp: Stamp & { readonly path: string };
  }[];
  readonly labels: Readonly<Record<string, LoaderLabel>>;
  readonly plan: LoaderPlan;
  readonly layout: FetchLayout;
  /** Rows at which stored chunks begin, plate by plate. */
  readonly units: readonly PlateUnits[];
  /** Row ids of one fetch of an epoch, in the order in which minibatches take them. */
  entries(epoch: number, fetch: number): Uint32Array;
  /** Most bytes that a worker has held so far: decoded rows and the minibatches that wait. 0 before the first fetch. */
  heldBytesPerWorker(): number;
  /** Things the user should know, in words; more may come while epochs are read. */
  readonly notes: readonly string[];
  /** The cells of one epoch, minibatch by minibatch. One epoch at a time. */
  epoch(epoch: number, options?: EpochOptions): AsyncGenerator<Minibatch, void, void>;
  /** Row ids of an epoch as the rank's minibatches take them: an order file for other programs. */
  order(epoch: number): Generator<Uint32Array, void, void>;
  /** Any rows, in the order given, repeats allowed: map-style access. */
  rows(ids: ArrayLike<number>): Promise<Minibatch>;
  /**
   * Reads rows as an epoch would, hands minibatch after minibatch over and gives nothing: for measuring. A round is a list of rows
   * for each worker (one for none), all read at the same time, since workers share what the machine has; the seconds of every round.
   */
  time(rounds: readonly (readonly Uint32Array[])[]): Promise<number[]>;
  close(): Promise<void>;
}
