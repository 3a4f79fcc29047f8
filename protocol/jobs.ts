/** What the host hands to an engine process, and what they say to each other. Plain data only. */
import type { CellChoice } from './cell-choice.ts';
import type { DeAsk, DeRows } from './de.ts';
import type { ErrorData } from './errors.ts';
import type { JobEvent } from './events.ts';
import type { Fingerprint, JobId } from './ids.ts';
import type { InspectReport } from './inspect.ts';
import type { LoaderJob, PackJob } from './loading.ts';
import type { StorageJob } from './storage.ts';
import type { PlateFacts } from './matrix.ts';
import type { StepPlan } from './plan.ts';

export interface JobStep {
  readonly id: string;
  readonly fingerprint: Fingerprint;
  /** Fully resolved parameters of the `what` kind; no null that means "choose for me" is left. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly plan: StepPlan;
  /** What the user fixed of the plan; nulls leave it to the planner. */
  readonly how: { readonly workers: number | null; readonly chunk_rows: number | null };
  /** Folder this step may write into; kept over a crash so that a checkpoint can be continued. */
  readonly work: string;
  /** Folder of an equal result that exists already; null when the step must run. */
  readonly reuse: string | null;
}

export interface PlateInput {
  readonly name: string;
  readonly path: string;
  readonly fingerprint: Fingerprint;
  readonly facts: PlateFacts;
}

export interface PipelineJob {
  readonly kind: 'pipeline';
  readonly id: JobId;
  readonly recipe: string;
  readonly seed: number;
  readonly genes: 'same' | 'inner';
  readonly plates: readonly PlateInput[];
  readonly steps: readonly JobStep[];
  readonly workers: number;
  readonly memoryBytes: number;
  /** What preflight had against this run, when the user ran it all the same. */
  readonly overridden?: string;
  /** Folder for derived caches (row-order spools of column-order files); safe to delete. */
  readonly cache: string;
  /** Builds the packs that plates lack before anything is read. */
  readonly packs: boolean;
}

/** Parameters of the plate generator (steps/generate.ts has their meaning and defaults). */
export interface GenerateSettings {
  readonly plates: number;
  readonly cells: number;
  readonly genes: number;
  readonly seed: number;
  readonly lines: number;
  readonly drugs: number;
  readonly plate_chunks: boolean;
  readonly index_dtype: 'int32' | 'int64';
}

export interface GenerateJob {
  readonly kind: 'generate';
  readonly id: JobId;
  readonly folder: string;
  readonly params: GenerateSettings;
  readonly workers: number;
  readonly memoryBytes: number;
}

export interface GenerateAnswer {
  readonly folder: string;
  readonly files: readonly string[];
  readonly cells: number;
  readonly seconds: number;
}

/** Describes one file; with `scan` reads every value of X. */
export interface InspectJob {
  readonly kind: 'inspect';
  readonly id: JobId;
  readonly path: string;
  readonly name: string;
  readonly scan: boolean;
  /** Folder for derived caches: with it the answer has an index of the cells. */
  readonly cache?: string;
}

/** Counts the cells of some plates for which an expression holds, without reading X. */
export interface QueryJob {
  readonly kind: 'query';
  readonly id: JobId;
  readonly plates: readonly PlateInput[];
  /** One expression per plate; null takes every cell. */
  readonly where: readonly (string | null)[];
  /** Columns whose combinations are counted; those a plate lacks are left out. */
  readonly by: readonly string[];
  readonly cache: string;
}

export interface CellGroup {
  /** Label per column of `by` that the plate has. */
  readonly labels: Readonly<Record<string, string | null>>;
  readonly cells: number;
  /** Stored values of X. */
  readonly stored: number;
}

export interface PlateMatches {
  readonly cells: number;
  readonly stored: number;
  /** Compressed bytes of the chunks that hold them, and cells of all rows in those chunks. */
  readonly bytes: number;
  readonly touchedCells: number;
  readonly groups: readonly CellGroup[];
}

export interface QueryJobAnswer {
  readonly plates: readonly PlateMatches[];
  readonly seconds: number;
}

/** What registering finds out about the cells of a file. */
export interface PlateIndex {
  /** Labels only where there are few enough to list. */
  readonly columns: readonly { readonly name: string; readonly kind: 'number' | 'codes' | 'text'; readonly labels: readonly string[] | null }[];
  readonly groups: readonly CellGroup[];
}

/** Writes slots of finished results to one file or folder in a foreign format. */
export interface ExportJob {
  readonly kind: 'export';
  readonly id: JobId;
  readonly format: 'h5ad' | 'zarr' | 'csv';
  readonly target: string;
  readonly plates: readonly PlateInput[];
  readonly genes: 'same' | 'inner';
  /** Result folders of one run in recipe order, with the steps that made them. */
  readonly results: readonly { readonly step: string; readonly path: string }[];
  readonly includeX: boolean;
  /** What X holds: counts as stored (default), or counts normalised and log1p'd as the run did. */
  readonly matrix?: 'counts' | 'lognorm';
  /** Goes to uns/truckee as JSON; absolute paths in it are cut to their last part. */
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly cache: string;
  /** Threads to use; default as many as there are cores, four at most. */
  readonly workers?: number;
}

export interface ExportAnswer {
  readonly target: string;
  readonly bytes: number;
  readonly cells: number;
  /** 0 for a table of cells (csv). */
  readonly genes: number;
  /** Cells whose X an earlier attempt had written. */
  readonly cellsBefore: number;
  /** What could not be taken over as it is, in words. */
  readonly notes: readonly string[];
}

/** Bins or samples an embedding for a figure: one small file a writer can draw without reading result arrays. */
export interface ViewJob {
  readonly kind: 'view';
  readonly id: JobId;
  readonly target: string;
  readonly plates: readonly PlateInput[];
  readonly genes: 'same' | 'inner';
  readonly results: readonly { readonly step: string; readonly path: string }[];
  readonly basis: string;
  /** An obs column, stored or computed; null for none. */
  readonly color: string | null;
  /** A gene instead of a column: what the run made of its counts, read from X for the drawn cells. */
  readonly gene?: string;
  readonly maxPoints: number;
  /** Default 0; equal seeds draw equal cells whatever the colour. */
  readonly seed?: number;
  /** Columns of the basis to draw; default the first two. */
  readonly axes?: readonly [number, number];
  /** For column files, and row-order copies of column-order files when a gene is read. */
  readonly cache: string;
}

export interface ViewAnswer {
  readonly target: string;
  readonly points: number;
  /** Cells that have a position in this basis, and cells kept in all. */
  readonly placed: number;
  readonly cells: number;
}

/** What every look at a finished run needs. */
interface LookJob {
  readonly id: JobId;
  readonly plates: readonly PlateInput[];
  readonly genes: 'same' | 'inner';
  /** Result folders of one run in recipe order; leaving out the later ones looks at an earlier state. */
  readonly results: readonly { readonly step: string; readonly path: string }[];
  readonly cache: string;
}

/** Bins an embedding into a picture (raster-file.ts). */
export interface RasterJob extends LookJob {
  readonly kind: 'raster';
  readonly target: string;
  readonly basis: string;
  readonly axes: readonly [number, number];
  readonly color: string | null;
  readonly width: number;
  readonly height: number;
  readonly region: readonly [number, number, number, number] | null;
  readonly choice: CellChoice;
}

/** A window of the table of kept cells; answered as data. */
export interface CellsJob extends LookJob {
  readonly kind: 'cells';
  readonly columns: readonly string[];
  readonly choice: CellChoice;
  readonly sort: { readonly column: string; readonly descending: boolean } | null;
  readonly from: number;
  readonly count: number;
  readonly find: string | null;
}

export interface CellsAnswer {
  /** Rows of the whole table, and the first of this window. */
  readonly total: number;
  readonly from: number;
  readonly names: readonly string[];
  /** One list per column; null is missing. */
  readonly values: readonly (readonly (string | number | null)[])[];
}

/** Columns of a seeded sample of cells, or of all genes (columns-file.ts). */
export interface ColumnsJob extends LookJob {
  readonly kind: 'columns';
  readonly target: string;
  readonly of: 'cells' | 'genes';
  /** Genes: those of them that the run has. */
  readonly columns: readonly string[];
  readonly most: number;
  readonly seed: number;
}

/** A question about a finished comparison, one of its conditions as a file of columns, or rows of it as CSV. */
export interface DeJob {
  readonly kind: 'de';
  readonly id: JobId;
  readonly results: LookJob['results'];
  readonly wanted:
    | { readonly kind: 'answer'; readonly ask: DeAsk }
    | { readonly kind: 'condition'; readonly stratum: string; readonly condition: string; readonly target: string }
    | { readonly kind: 'csv'; readonly rows: DeRows; readonly target: string };
}

/** Nothing to do: an engine that stays is started, and loads its code, before the first picture or run is asked for. */
export interface ReadyJob {
  readonly kind: 'ready';
  readonly id: JobId;
  readonly what: 'pictures' | 'runs';
}

export type EngineJob = ReadyJob | LoaderJob | StorageJob | PackJob | PipelineJob | GenerateJob | InspectJob | QueryJob | ExportJob | ViewJob | DeJob | RasterJob | CellsJob | ColumnsJob;

export interface InspectAnswer {
  readonly report: InspectReport;
  readonly facts: PlateFacts | null;
  /** size + mtime + digest of header, row pointers and spread chunks. */
  readonly fingerprint: Fingerprint;
  /** Digest of all cell names: equal digests mean the same plate twice. */
  readonly obsDigest: string;
  readonly varDigest: string;
  /** Null unless the job asked for it. */
  readonly index: PlateIndex | null;
}

export type HostMessage =
  /** With `stay` the engine does not leave at the end of the job but waits for the next. */
  | { readonly kind: 'start'; readonly job: EngineJob; readonly stay?: boolean }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'adopted'; readonly step: string; readonly path: string }
  | { readonly kind: 'refused'; readonly step: string; readonly error: ErrorData };

export type EngineMessage =
  | { readonly kind: 'event'; readonly event: JobEvent }
  /** The step's folder is complete: the host makes it durable, renames it and answers `adopted`. */
  | { readonly kind: 'finished'; readonly step: string; readonly work: string; readonly seconds: number }
  | { readonly kind: 'answer'; readonly answer: unknown }
  /** Empty: its delivery shows that everything before it was delivered. */
  | { readonly kind: 'flush' };
