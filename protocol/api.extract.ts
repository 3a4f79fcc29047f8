/** The part of the contract about cells taken out into a file of their own: judged before, written as a job, gone on with after a kill. */
import { oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { ExportedFile, PreflightLine } from './api.types.ts';
import type { ErrorData } from './errors.ts';
import type { StepPlan } from './plan.ts';
import { querySchema, type Query } from './query.ts';

export const extractSchema = z.strictObject({
  query: querySchema,
  format: z.enum(['h5ad', 'zarr']),
  /** Null: exports of the workspace. */
  folder: z.string().min(1).max(4096).nullable(),
  /** Of the file; its ending is added where it lacks one. */
  name: z.string().min(1).max(200).regex(/^[^/\\\0.][^/\\\0]*$/, 'a name without slashes that does not begin with a dot'),
  /** Of all processes together; null leaves it to the host. */
  memoryBytes: z.int().min(1).nullable(),
  /** In spite of a refusal that is a judgement. */
  override: z.boolean(),
  /** In the workspace, when it is written. */
  register: z.boolean(),
});
export type ExtractWish = z.infer<typeof extractSchema>;

export interface ExtractionPlan {
  readonly target: string;
  readonly cells: number;
  readonly plates: number;
  readonly lines: readonly PreflightLine[];
  /** Of the writing, as `lines` count it in. */
  readonly writing: StepPlan;
  readonly notes: readonly string[];
  /** Why it is not begun as it is asked for. */
  readonly refusal: ErrorData | null;
  /** It may be run in spite of the refusal. */
  readonly overridable: boolean;
}

export interface ExtractionState {
  readonly id: string;
  readonly query: Query;
  readonly format: ExtractWish['format'];
  readonly target: string;
  readonly state: 'going' | 'stopped' | 'done' | 'failed';
  /** Cells are chosen in a run of their own, then written. */
  readonly phase: 'choosing' | 'writing';
  readonly run: string | null;
  /** Of what is written, in `unit`. */
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly etaSeconds: number | null;
  readonly written: { readonly cells: number; readonly genes: number; readonly bytes: number; readonly notes: readonly string[] } | null;
  /** Name of the data set, once it is one. */
  readonly dataset: string | null;
  /** Where it lies in the workspace's own folders; null elsewhere. */
  readonly file: ExportedFile | null;
  readonly error: ErrorData | null;
}

const one = z.strictObject({ id: z.uuid() });

export const extractApi = {
  list: oc.output(type<readonly ExtractionState[]>()),
  plan: oc.input(extractSchema).output(type<ExtractionPlan>()),
  start: oc.input(extractSchema).output(type<{ readonly id: string }>()),
  /** What is written so far is kept beside the target, so that going on begins behind it. */
  stop: oc.input(one).output(type<{ readonly stopped: boolean }>()),
  resume: oc.input(one).output(type<{ readonly going: boolean }>()),
  register: oc.input(one).output(type<{ readonly dataset: string }>()),
  /** Takes it off the list, and removes what was written of it; a file that is whole stays. */
  remove: oc.input(one).output(type<{ readonly removed: boolean }>()),
};
