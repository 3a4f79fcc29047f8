/** The part of the contract about loading for training: settings looked for on this machine, for the registered data. */
import { oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { ErrorData } from './errors.ts';
import type { LoaderAnswer } from './loading.ts';

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
  /** 0 measures nothing. */
  seconds: z.number().min(0).max(3600),
  warmSeconds: z.number().min(0).max(3600),
  cold: z.boolean(),
  /** Reads one whole epoch with what was found. */
  epoch: z.boolean(),
});
export type DesignWish = z.infer<typeof designSchema>;

export interface DesignState {
  readonly wish: DesignWish;
  readonly state: 'going' | 'done' | 'failed' | 'stopped';
  readonly startedAt: string;
  readonly done: number;
  readonly total: number;
  /** What is counted: settings, then cells of the epoch. */
  readonly unit: string;
  /** Seconds until that is done; before the start from what was asked for. */
  readonly etaSeconds: number | null;
  readonly answer: LoaderAnswer | null;
  readonly error: ErrorData | null;
}

export const loadingApi = {
  /** The design at work, or the last one; null when there was none. */
  design: oc.output(type<DesignState | null>()),
  start: oc.input(designSchema).output(type<{ readonly started: boolean }>()),
  stop: oc.output(type<{ readonly stopped: boolean }>()),
};
