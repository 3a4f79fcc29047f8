/** What the host hands to an engine process, and what they say to each other. Plain data only. */
import type { ErrorData } from './errors.ts';
import type { JobEvent } from './events.ts';
import type { Fingerprint, JobId } from './ids.ts';
import type { InspectReport } from './inspect.ts';
import type { PlateFacts } from './matrix.ts';
import type { StepPlan } from './plan.ts';

export interface JobStep {
  readonly id: string;
  readonly fingerprint: Fingerprint;
  /** Fully resolved parameters of the `what` kind; no null that means "choose for me" is left. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly plan: StepPlan;
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
  /** Folder for derived caches (row-order spools of column-order files); safe to delete. */
  readonly cache: string;
}

export interface GenerateJob {
  readonly kind: 'generate';
  readonly id: JobId;
  readonly folder: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly workers: number;
  readonly memoryBytes: number;
}

/** Describes one file; with `scan` reads every value of X. */
export interface InspectJob {
  readonly kind: 'inspect';
  readonly id: JobId;
  readonly path: string;
  readonly name: string;
  readonly scan: boolean;
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
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly cache: string;
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
  readonly color: string | null;
  readonly maxPoints: number;
}

export type EngineJob = PipelineJob | GenerateJob | InspectJob | ExportJob | ViewJob;

export interface InspectAnswer {
  readonly report: InspectReport;
  readonly facts: PlateFacts | null;
  /** size + mtime + digest of header, row pointers and spread chunks. */
  readonly fingerprint: Fingerprint;
  /** Digest of all cell names: equal digests mean the same plate twice. */
  readonly obsDigest: string;
  readonly varDigest: string;
}

export type HostMessage =
  | { readonly kind: 'start'; readonly job: EngineJob }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'adopted'; readonly step: string; readonly path: string }
  | { readonly kind: 'refused'; readonly step: string; readonly error: ErrorData };

export type EngineMessage =
  | { readonly kind: 'event'; readonly event: JobEvent }
  /** The step's folder is complete: the host makes it durable, renames it and answers `adopted`. */
  | { readonly kind: 'finished'; readonly step: string; readonly work: string; readonly seconds: number }
  | { readonly kind: 'answer'; readonly answer: unknown };
