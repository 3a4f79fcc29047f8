/** The part of the contract about loading for training: settings looked for, and formats compared, on this machine with the registered data. */
import { oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { ErrorData } from './errors.ts';
import { leastSeconds, type LoaderAnswer } from './loading.ts';
import type { StorageAnswer } from './storage.ts';

const sizes = z.array(z.int().min(1).max(1_048_576)).min(1).max(12);

/** What is to be tried. Data sets by name; null: all of them. */
export const designSchema = z.strictObject({
  datasets: z.array(z.string().min(1).max(4096)).min(1).max(10_000).nullable(),
  blocks: z.array(z.union([z.literal('chunks'), z.int().min(1).max(1_048_576)])).min(1).max(12),
  fetches: sizes,
  batch: z.int().min(1).max(65_536),
  /** Null: half the cores. */
  workers: z.int().min(0).max(256).nullable(),
  backend: z.enum(['auto', 'file', 'pack', 'memory']),
  /** Least diversity of plates, as a share of truly random minibatches. */
  floor: z.number().min(0).max(1),
  /** 0 measures nothing; less than a tenth says nothing. */
  seconds: z.union([z.literal(0), z.number().min(leastSeconds).max(3600)]),
  warmSeconds: z.number().min(0).max(3600),
  cold: z.boolean(),
  /** Reads one whole epoch with what was found. */
  epoch: z.boolean(),
});
export type DesignWish = z.infer<typeof designSchema>;

/** What is to be compared, and where. Data sets by name; null: all of them. */
export const storageSchema = z.strictObject({
  datasets: z.array(z.string().min(1).max(4096)).min(1).max(10_000).nullable(),
  /** Copied into every format. */
  cells: z.int().min(1).max(1_000_000),
  /** Where the copies lie while it goes on; null: the workspace. */
  folder: z.string().min(1).max(4096).nullable(),
  epochs: z.int().min(5).max(1000),
  cold: z.boolean(),
});
export type StorageWish = z.infer<typeof storageSchema>;

/** A measurement at work, or the last one. */
export interface MeasurementState<Wish, Answer> {
  readonly wish: Wish;
  readonly state: 'going' | 'done' | 'failed' | 'stopped';
  readonly startedAt: string;
  readonly done: number;
  readonly total: number;
  /** What is counted: settings, then cells of the epoch; epochs of formats. */
  readonly unit: string;
  /** Seconds until that is done; before the start from what was asked for. */
  readonly etaSeconds: number | null;
  readonly answer: Answer | null;
  readonly error: ErrorData | null;
}

export type DesignState = MeasurementState<DesignWish, LoaderAnswer>;
export type StorageState = MeasurementState<StorageWish, StorageAnswer>;

export const loadingApi = {
  /** The design at work, or the last one; null when there was none. */
  design: oc.output(type<DesignState | null>()),
  start: oc.input(designSchema).output(type<{ readonly started: boolean }>()),
  stop: oc.output(type<{ readonly stopped: boolean }>()),
  /** Formats compared on a disk: as with designs. */
  storage: {
    state: oc.output(type<StorageState | null>()),
    start: oc.input(storageSchema).output(type<{ readonly started: boolean }>()),
    stop: oc.output(type<{ readonly stopped: boolean }>()),
  },
};
