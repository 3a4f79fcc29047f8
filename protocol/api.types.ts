/** What the host answers through the contract of api.ts: plain data, no paths but those the user chose. */
import type { ErrorData } from './errors.ts';
import type { JobEvent, LoggedEvent } from './events.ts';
import type { InspectReport } from './inspect.ts';
import type { Recipe } from './recipe.ts';

export interface About {
  readonly version: string;
  readonly shell: 'browser' | 'window';
  readonly machine: { readonly os: string; readonly cpu: string; readonly cores: number; readonly memoryBytes: number; readonly node: string; readonly gpu: string };
  readonly packages: readonly { readonly name: string; readonly version: string; readonly license: string; readonly direct: boolean }[];
}

export interface WorkspaceFacts {
  readonly root: string;
  readonly datasets: number;
  readonly runs: number;
  /** Bytes of results, of derived caches that are safe to delete, and of exports. */
  readonly resultBytes: number;
  readonly cacheBytes: number;
  readonly exportBytes: number;
  readonly freeBytes: number;
  /** Bytes and number of results that no run refers to. */
  readonly cleanableBytes: number;
  readonly cleanable: number;
  /** Another host that holds the workspace: then this one can only read. */
  readonly heldBy: { readonly pid: number; readonly since: string; readonly address: string } | null;
}

export interface FolderListing {
  readonly path: string;
  /** Null at an allowed root. */
  readonly parent: string | null;
  readonly roots: readonly string[];
  readonly entries: readonly { readonly name: string; readonly path: string; readonly kind: 'folder' | 'data'; readonly bytes: number | null }[];
}

export interface DatasetSummary {
  readonly name: string;
  readonly file: string;
  readonly cells: number;
  readonly genes: number;
  readonly bytes: number;
  readonly countsIn: string | null;
  readonly demo: boolean;
  readonly problems: number;
  readonly addedAt: string;
  /** Registered data sets that its cells were taken from: not wanted beside them. */
  readonly takenFrom: readonly string[];
}

export interface DatasetDetail {
  readonly summary: DatasetSummary;
  readonly report: InspectReport;
  /** Whether the file is where it was and as it was. */
  readonly state: 'unchanged' | 'changed' | 'missing';
}

export interface AddedDataset {
  readonly summary: DatasetSummary;
  readonly report: InspectReport;
  /** A registered dataset that holds the same cells. */
  readonly twin: string | null;
}

export interface PreflightLine {
  readonly resource: 'memory' | 'disk' | 'time';
  readonly needed: string;
  readonly available: string;
  readonly verdict: 'fits' | 'tight' | 'does not fit';
  readonly remedy: string;
}

export interface PlannedStep {
  readonly step: string;
  readonly title: string;
  /** Bounds; what past runs let expect stands beside them, null where nothing is known. */
  readonly ramBytes: number;
  readonly diskBytes: number;
  readonly expectedRamBytes: number | null;
  readonly expectedDiskBytes: number | null;
  readonly seconds: number;
  /** Parts of `seconds`: computing, and reading and writing. */
  readonly computeSeconds: number;
  readonly transferSeconds: number;
  readonly chunkRows: number;
  readonly workers: number;
  readonly passes: number;
  readonly resumable: string;
  readonly reused: boolean;
  /** Predicted from past runs on this machine. */
  readonly calibrated: boolean;
}

export interface PreflightPage {
  readonly ok: boolean;
  readonly refusal: ErrorData | null;
  /** One may run in spite of the refusal. */
  readonly overridable: boolean;
  readonly lines: readonly PreflightLine[];
  readonly steps: readonly PlannedStep[];
  readonly notes: readonly string[];
  readonly cells: number;
  readonly plates: number;
  readonly hardware: { readonly cores: number; readonly workers: number; readonly memoryBytes: number; readonly diskFreeBytes: number };
  /** The cheat sheet, by the planner's own rule. */
  readonly chunkTable: readonly { readonly workerBytes: number; readonly chunkRows: number; readonly workers: number }[];
}

export type RunState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'gone';

export interface RunSummary {
  readonly run: string;
  readonly name: string;
  readonly title: string;
  readonly state: RunState;
  readonly queuedAt: string;
  readonly endedAt: string | null;
  readonly seconds: number | null;
  readonly cpuSeconds: number | null;
  readonly peakBytes: number | null;
  readonly cells: number;
  readonly demo: boolean;
  readonly steps: readonly string[];
  readonly error: ErrorData | null;
}

export interface RunStep {
  readonly step: string;
  readonly title: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly state: 'done' | 'missing' | 'todo';
  readonly reused: boolean;
  readonly wallSeconds: number | null;
  readonly cpuSeconds: number | null;
  readonly peakBytes: number | null;
  readonly kernels: string | null;
  readonly gpu: string | null;
  readonly bytes: number | null;
  readonly outcome: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

export interface RunDetail {
  readonly summary: RunSummary;
  readonly recipe: Recipe;
  /** What all processes of it together may use; null where that is not known. */
  readonly memoryBytes: number | null;
  /** What the user allowed; nulls leave it to the host. */
  readonly limits: { readonly memoryBytes: number | null; readonly workers: number | null; readonly override?: boolean };
  /** What preflight had against it, where the user ran it all the same. */
  readonly overridden: string | null;
  readonly plates: readonly { readonly name: string; readonly cells: number; readonly demo: boolean }[];
  readonly steps: readonly RunStep[];
  /** The newest event of each kind that matters for a picture of where it stands. */
  readonly lastEvents: readonly LoggedEvent[];
}

/** What a picture of a run can show. */
export interface RunColumns {
  /** Embeddings (X_umap, X_pca) with their columns. */
  readonly bases: readonly { readonly name: string; readonly columns: number; readonly rows: number }[];
  /** obs columns, stored or computed. */
  readonly columns: readonly { readonly name: string; readonly kind: 'labels' | 'numbers'; readonly computed: boolean }[];
  /** Figure's default colours. */
  readonly suggested: readonly string[];
  readonly varianceRatio: readonly number[] | null;
}

export interface ExportedFile {
  readonly kind: string;
  /** Name inside the workspace's exports, figures or notebooks; the key of its download. */
  readonly name: string;
  readonly folder: 'exports' | 'figures' | 'notebooks';
  readonly bytes: number;
  readonly isFolder: boolean;
}

/** A named choice of cells on a run's map. */
export interface Selection {
  readonly name: string;
  /** Filters, categories and lasso as text: with the run's recipe it says again which cells are meant. */
  readonly view: string;
  readonly cells: number;
  readonly createdAt: string;
}

export type HostMessage =
  /** The first word of every stream; `reset` when what the client knew is no longer the whole story. */
  | { readonly kind: 'hello'; readonly epoch: string; readonly number: number; readonly reset: boolean }
  | { readonly kind: 'run'; readonly number: number; readonly run: string; readonly at: string; readonly event: JobEvent; readonly eventNumber: number }
  | { readonly kind: 'changed'; readonly number: number; readonly what: 'datasets' | 'runs' | 'exports' }
  | { readonly kind: 'work'; readonly number: number; readonly id: string; readonly title: string; readonly state: 'going' | 'ended'; readonly done: number; readonly total: number; readonly unit: string }
  /** Nothing has happened for a while: the line is alive. */
  | { readonly kind: 'alive'; readonly number: number };
