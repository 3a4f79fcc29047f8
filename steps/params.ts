/** Helpers to declare step parameters once, with everything a form, the help page and the validator need. */
import { z } from 'zod';

/** Shown beside a parameter; `advanced` ones are folded away in forms. */
export interface ParamMeta {
  readonly help: string;
  readonly unit?: string;
  readonly advanced?: boolean;
  /** What null stands for, in words ("chosen from the number of plates"). */
  readonly whenNull?: string;
}

/** Attaches the words to a schema. */
export function param<S extends z.ZodType>(schema: S, meta: ParamMeta): S {
  return schema.meta({ ...meta }) as S;
}

export const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER): z.ZodInt => z.int().min(min).max(max);
export const realNumber = (min: number, max: number): z.ZodNumber => z.number().min(min).max(max);

/** How a step runs, never what it yields: not part of any fingerprint. */
export const howSchema = z.strictObject({
  chunk_rows: param(wholeNumber(1, 1_000_000).nullable().default(null), {
    help: 'Cells that one worker reads at a time.', unit: 'cells', advanced: true, whenNull: 'chosen from the memory budget',
  }),
  workers: param(wholeNumber(1, 64).nullable().default(null), {
    help: 'Worker threads of this step.', advanced: true, whenNull: 'as many as the run has',
  }),
  device: param(z.enum(['auto', 'cpu', 'gpu']).nullable().default(null), {
    help: 'What computes this step.', advanced: true, whenNull: 'as the run',
  }),
});
export type Device = 'auto' | 'cpu' | 'gpu';
/** What planning needs of it. */
export type How = Omit<z.infer<typeof howSchema>, 'device'>;
