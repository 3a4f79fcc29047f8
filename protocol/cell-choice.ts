/** Which cells of a run are meant, as plain data: ranges of numbers, labels, and a lasso on a map. All conditions hold together. */
import { z } from 'zod';

const name = z.string().min(1).max(1000);
const finite = z.number().refine(Number.isFinite, 'must be finite');

export const lassoSchema = z.strictObject({
  /** Embedding and its two columns that the corners belong to. */
  basis: name,
  axes: z.tuple([z.int().min(0), z.int().min(0)]),
  corners: z.array(z.tuple([finite, finite])).min(3).max(5000),
});

export const cellChoiceSchema = z.strictObject({
  /** Column -> [low, high], both ends included; missing values never fit. */
  ranges: z.record(name, z.tuple([finite, finite])).default({}),
  /** Column -> labels that are meant. */
  labels: z.record(name, z.array(z.string().max(10_000)).max(5000)).default({}),
  lasso: lassoSchema.nullable().default(null),
});

export type CellChoice = z.infer<typeof cellChoiceSchema>;
export type Lasso = z.infer<typeof lassoSchema>;

export const everyCell: CellChoice = { ranges: {}, labels: {}, lasso: null };

export function choosesAll(choice: CellChoice): boolean {
  return choice.lasso === null && Object.keys(choice.ranges).length === 0 && Object.keys(choice.labels).length === 0;
}
