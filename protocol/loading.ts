/** Designing a loader: what is asked of the engine, and what it answers. Rates are cells a second, entropies bits. */
import type { JobId } from './ids.ts';

/** A shorter measurement of a setting is none. */
export const leastSeconds = 0.1;

export interface LoaderJob {
  readonly kind: 'loader';
  readonly id: JobId;
  readonly files: readonly string[];
  /** Only cells that meet this expression over obs columns; default all. */
  readonly where?: string;
  /** Files with different genes: refused, or only shared genes kept, or all, with zeros where a file lacks one. */
  readonly join: 'same' | 'inner' | 'outer';
  /** Cells of a block, or 'chunks'. */
  readonly blocks: readonly (number | 'chunks')[];
  /** Minibatches of a fetch. */
  readonly fetches: readonly number[];
  readonly batch: number;
  readonly workers: number;
  readonly backend: 'auto' | 'file' | 'pack' | 'memory';
  readonly warmSeconds: number;
  /** Seconds that each setting is measured; 0 predicts only. */
  readonly seconds: number;
  /** Least entropy of plates (of another label where there is one plate), as a share of true random. */
  readonly floor: number;
  readonly seed: number;
  readonly verified: boolean;
  /** The page cache is emptied of the files before each setting and each epoch. */
  readonly cold: boolean;
  /** Reads one whole epoch with the recommended setting, telling how long it takes. */
  readonly epoch: boolean;
  /** Writes the recommended setting's order of so many epochs, and the Python loader that reads it; null: nothing is written. */
  readonly order: { readonly folder: string; readonly epochs: number } | null;
}

export interface LabelEntropy {
  readonly predicted: number;
  readonly measured: number | null;
}

export interface LoaderSetting {
  readonly backend: 'file' | 'pack' | 'memory';
  readonly block: number | 'chunks';
  readonly fetch: number;
  readonly batch: number;
  readonly workers: number;
  readonly predicted_cells_per_second: number;
  readonly cells_per_second: number | null;
  /** By label: plate, sample, drug, cell_line... as far as the files have them. */
  readonly entropy: Readonly<Record<string, LabelEntropy>>;
  /** Decoded rows and waiting minibatches, planned and as measured. */
  readonly bytes_per_worker: number;
  readonly measured_bytes_per_worker: number | null;
  /** Of the planned bytes, those in memory that threads share (never /dev/shm). */
  readonly shared_bytes_per_worker: number;
  readonly wait: { readonly p50: number; readonly p95: number; readonly max: number } | null;
  /** Reaches the floor. */
  readonly mixed: boolean;
}

export interface PublishedRate {
  readonly loader: string;
  readonly setting: string;
  readonly cells_per_second: number;
  readonly entropy: number | null;
  readonly batch: number;
  readonly hardware: string;
  readonly source: string;
  /** Of the released plates of the atlas, at that rate. */
  readonly epoch_seconds: number;
}

/** How many times as fast as something else, as published. */
export interface PublishedSpeedup {
  readonly loader: string;
  readonly factor: number;
  readonly against: string;
  readonly setting: string;
  readonly batch: number;
  readonly hardware: string;
  readonly source: string;
}

export interface LoaderAnswer {
  readonly cells: number;
  readonly recommended: {
    readonly backend: 'file' | 'pack' | 'memory'; readonly block: number | 'chunks'; readonly fetch: number; readonly batch: number; readonly workers: number;
    readonly cells_per_second: number; readonly entropy: number; readonly entropy_random: number; readonly bytes_per_worker: number;
  };
  readonly grid: readonly LoaderSetting[];
  /** Entropy of truly random minibatches, by label. */
  readonly random: Readonly<Record<string, number>>;
  /** Whose entropy the floor is about, and that of the recommendation: plates, or the finest label where there is one plate; null where nothing tells how cells are mixed. */
  readonly floor_label: string | null;
  /** Drawing by weight, and with a quota for every plate, measured at the recommended size of fetch; empty where nothing was measured. */
  readonly strategies: readonly { readonly strategy: 'balanced' | 'quota'; readonly label: string; readonly cells_per_second: number }[];
  /** What the workers bring against one alone, measured; null for one, or where nothing was measured. */
  readonly scale: { readonly workers: number; readonly one_worker_cells_per_second: number; readonly factor: number } | null;
  /** All cells in memory: what that takes, whether it fits in half of what is free, and single random cells from there against from where they lie. */
  readonly memory: { readonly bytes: number; readonly fits: boolean; readonly predicted_cells_per_second: number; readonly random_cells_per_second: number; readonly gain: number };
  /** At the recommended setting: from the measured rate, or the predicted one where nothing was measured. */
  readonly epoch_seconds: number;
  /** What was predicted before anything was measured. */
  readonly predicted_epoch_seconds: number;
  /** One whole epoch that was read, where that was asked for. */
  readonly epoch: { readonly seconds: number; readonly cells: number } | null;
  readonly cache: 'warm' | 'cold';
  /** Shorter than the published protocol (30 s to warm up, 120 s measured). */
  readonly quick: boolean;
  readonly warnings: readonly string[];
  readonly published: readonly PublishedRate[];
  readonly speedups: readonly PublishedSpeedup[];
  /** Files of the order, where one was asked for. */
  readonly order: readonly string[];
}

export interface PackJob {
  readonly kind: 'pack';
  readonly id: JobId;
  readonly action: 'build' | 'verify' | 'delete';
  readonly files: readonly string[];
  /** Values that are no counts are kept as float32. */
  readonly fractions: boolean;
  /** Only these genes, in a pack of its own; null: all. */
  readonly genes: readonly string[] | null;
  readonly workers: number;
  readonly memoryBytes: number;
}

export interface PackedFile {
  readonly file: string;
  readonly pack: string;
  readonly cells: number;
  readonly bytes: number;
  readonly file_bytes: number;
  /** Rows that an earlier build had finished. */
  readonly resumed_at: number;
  readonly seconds: number;
}

export interface PackAnswer {
  readonly action: PackJob['action'];
  readonly packs: readonly PackedFile[];
}
