/**
 * What a shell may ask of the host: one contract for the window, the browser and tests. Inputs come from outside and are
 * checked; outputs are plain data of the host's own. Numbers in bulk never come through here but as bytes (api.routes.ts).
 */
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import type {
  About, AddedDataset, DatasetDetail, DatasetSummary, ExportedFile, FolderListing, HostMessage, PreflightPage, RunColumns, RunDetail, RunSummary, Selection,
  WorkspaceFacts,
} from './api.types.ts';
import { dataApi } from './api.data.ts';
import { extractApi } from './api.extract.ts';
import { loadingApi } from './api.loading.ts';
import { cellChoiceSchema } from './cell-choice.ts';
import { deAskSchema, deRowsSchema, type DeAnswer } from './de.ts';
import type { LoggedEvent } from './events.ts';
import type { CellsAnswer } from './jobs.ts';
import { querySchema, type QueryAnswer } from './query.ts';
import { recipeSchema, type Recipe } from './recipe.ts';

const text = z.string().min(1).max(4096);
const runId = z.strictObject({ run: z.uuid() });

/** What a run may use; null leaves it to the host. */
export const limitsSchema = z.strictObject({ memoryBytes: z.int().min(1).nullable(), workers: z.int().min(1).max(1024).nullable(), override: z.boolean().exactOptional() });
export type RunLimits = z.infer<typeof limitsSchema>;

const withRecipe = z.strictObject({ recipe: recipeSchema, limits: limitsSchema });

export const exportSchema = z.strictObject({
  run: z.uuid(),
  kind: z.enum(['h5ad', 'zarr', 'csv', 'notebook', 'figure', 'record']),
  /** figure: embedding and the columns it is coloured by, one panel each. */
  basis: text.optional(),
  colors: z.array(text).max(12).optional(),
  /** notebook: for rapids-singlecell on an NVIDIA GPU. */
  gpu: z.boolean().optional(),
  /** figure: a gene instead of columns. */
  gene: z.string().min(1).max(200).optional(),
});
export type ExportRequest = z.infer<typeof exportSchema>;

/** A window of the table of a run's cells. */
export const cellsSchema = z.strictObject({
  run: z.uuid(),
  columns: z.array(z.string().min(1).max(1000)).max(60),
  choice: cellChoiceSchema,
  sort: z.strictObject({ column: z.string().min(1).max(1000), descending: z.boolean() }).nullable().default(null),
  from: z.int().min(0),
  count: z.int().min(0).max(500),
  /** Goes to the next cell whose name contains this. */
  find: z.string().min(1).max(300).nullable().default(null),
});
export type CellsRequest = z.infer<typeof cellsSchema>;

export const api = {
  ...dataApi,
  /** Settings of a loader for training. */
  loading: loadingApi,
  about: oc.output(type<About>()),
  workspace: {
    facts: oc.output(type<WorkspaceFacts>()),
    /** Workspaces opened lately, newest first. */
    recent: oc.output(type<readonly { readonly path: string; readonly openedAt: string }[]>()),
    /** Opens another workspace in place of this one; with `create` a new or empty folder becomes one. */
    open: oc.input(z.strictObject({ path: text, create: z.boolean().default(false) })).output(type<{ readonly root: string }>()),
    /** What `clean` would delete, largest first. */
    cleanable: oc.output(type<readonly { readonly name: string; readonly createdAt: string | null; readonly bytes: number }[]>()),
    /** Deletes results that no kept run refers to any more, and derived caches. */
    clean: oc.output(type<{ readonly bytes: number; readonly removed: number }>()),
  },
  files: {
    /** Folders and data files below the allowed roots; null starts at the first root. */
    list: oc.input(z.strictObject({ path: text.nullable() })).output(type<FolderListing>()),
  },
  datasets: {
    list: oc.output(type<readonly DatasetSummary[]>()),
    detail: oc.input(z.strictObject({ name: text })).output(type<DatasetDetail>()),
    add: oc.input(z.strictObject({ path: text })).output(type<AddedDataset>()),
    /** Forgets a dataset; the file stays where it is. */
    remove: oc.input(z.strictObject({ name: text })).output(type<{ readonly removed: boolean }>()),
    /** Makes the demo plates and registers them. */
    demo: oc.output(type<readonly DatasetSummary[]>()),
  },
  recipes: {
    ready: oc.output(type<readonly Recipe[]>()),
  },
  /** Counts of cells that fit, in the registered plates or, without any (or with `tables`), in the atlas's tables. */
  query: oc.input(z.strictObject({ query: querySchema, tables: z.boolean().default(false) })).output(type<QueryAnswer>()),
  /** Its cells as a file. */
  extract: extractApi,
  preflight: oc.input(withRecipe).output(type<PreflightPage>()),
  runs: {
    list: oc.output(type<readonly RunSummary[]>()),
    detail: oc.input(runId).output(type<RunDetail>()),
    /** Queues a run; refused at once when it cannot fit. */
    start: oc.input(withRecipe).output(type<{ readonly run: string }>()),
    cancel: oc.input(runId).output(type<{ readonly cancelled: boolean }>()),
    /** The same recipe with the same limits once more: what is finished is reused, so a stopped run goes on. */
    resume: oc.input(runId).output(type<{ readonly run: string }>()),
    log: oc.input(z.strictObject({ run: z.uuid(), after: z.int().min(0) })).output(type<readonly LoggedEvent[]>()),
    columns: oc.input(runId).output(type<RunColumns>()),
    cells: oc.input(cellsSchema).output(type<CellsAnswer>()),
    export: oc.input(exportSchema).output(type<ExportedFile>()),
    exports: oc.input(runId).output(type<readonly ExportedFile[]>()),
  },
  /** Answers about a finished comparison, and rows of it as a file. */
  de: {
    ask: oc.input(z.strictObject({ run: z.uuid(), ask: deAskSchema })).output(type<DeAnswer>()),
    export: oc.input(z.strictObject({ run: z.uuid(), rows: deRowsSchema })).output(type<ExportedFile>()),
  },
  selections: {
    list: oc.input(runId).output(type<readonly Selection[]>()),
    save: oc.input(z.strictObject({ run: z.uuid(), name: z.string().min(1).max(120), view: z.string().min(2).max(100_000), cells: z.int().min(0) })).output(type<{ readonly saved: boolean }>()),
    remove: oc.input(z.strictObject({ run: z.uuid(), name: z.string().min(1).max(120) })).output(type<{ readonly removed: boolean }>()),
  },
  /**
   * Everything that happens, on one stream a page: `epoch` names the life of the host; a client that comes back asks for what
   * came after the last number it saw, and is told to start over when that is no longer known.
   */
  events: oc
    .input(z.strictObject({ epoch: z.string().max(64).nullable(), after: z.int().min(0) }))
    .output(eventIterator(type<HostMessage>())),
  diagnostics: oc.output(type<{ readonly name: string; readonly text: string }>()),
};
