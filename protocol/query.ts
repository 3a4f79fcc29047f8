/**
 * A question about cells: which drug, dose, line... Values of one field are alternatives, fields narrow each other. The
 * same shape serves the command line, the form, a recipe's `query`, and the programming interface.
 */
import { z } from 'zod';
import { failure } from './errors.ts';
import { parseWhere } from './where.ts';

const names = z.array(z.string().min(1)).min(1).optional();

export const querySchema = z.strictObject({
  /** Drug names, any case where that is unambiguous; DMSO_TF is the control. */
  drug: names,
  /** Gene symbols that a drug acts on. */
  target: names,
  /** Mechanism of action, broad or fine ("RAF inhibitor"). */
  mechanism: names,
  /** Doses in uM. */
  dose: z.array(z.number().min(0)).min(1).optional(),
  /** Cell lines by name (A549), Cellosaurus (CVCL_0023) or DepMap id. */
  line: names,
  /** Organ of the line (Lung). */
  tissue: names,
  plate: names,
  sample: names,
  phase: names,
  /** Filter level: full or minimal. */
  level: names,
  /** Any expression over obs columns. */
  where: z.string().min(1).optional(),
});

export type Query = z.infer<typeof querySchema>;

export type CountDefinition =
  /** Cells of the released h5ad files, whatever their filter level. */
  | 'released'
  /** Cells counted in the registered files themselves. */
  | 'registered'
  /** Cells of a table with a row per cell, imported in place of the atlas's conditions. */
  | `cells listed in ${string}`;

export interface QueryPlate {
  readonly plate: string;
  /** Name of the registered dataset; null where only the catalog's tables know the plate. */
  readonly dataset: string | null;
  readonly cells: number;
  readonly nonzeros: number;
  /** Compressed bytes of the chunks of X that hold these cells. */
  readonly bytes: number;
  /** The whole file. */
  readonly file_bytes: number;
}

export interface QuerySample {
  readonly sample: string;
  readonly plate: string;
  readonly drug: string;
  readonly dose: number | null;
  readonly unit: string | null;
  /** Null where the tables cannot split a condition between its samples. */
  readonly cells: number | null;
}

export interface QueryCondition {
  readonly plate: string;
  readonly drug: string;
  readonly dose: number | null;
  readonly line: string;
  readonly line_name: string;
  readonly cells: number;
  readonly nonzeros: number;
}

/** The public JSON of `truckee query`: field names are a contract (docs/cli.md). */
export interface QueryAnswer {
  readonly ok: true;
  readonly definition: CountDefinition;
  /** True: nonzeros, bytes and seconds are worked out from tables; false: counted in the files. */
  readonly estimated: boolean;
  readonly cells: number;
  readonly nonzeros: number;
  readonly bytes: number;
  readonly file_bytes: number;
  /** Predicted time to read these cells. */
  readonly seconds: number;
  readonly plates: readonly QueryPlate[];
  readonly samples: readonly QuerySample[];
  readonly conditions: readonly QueryCondition[];
  readonly notes: readonly string[];
}

/** The only way in. @throws bad-usage with the field and the reason; bad-expression */
export function parseQuery(value: unknown, command: string): Query {
  const parsed = querySchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw failure('bad-usage', { command, reason: `the query's ${issue?.path.join('.') || 'shape'} is wrong: ${issue?.message ?? 'unknown'}` });
  }
  if (parsed.data.where !== undefined) parseWhere(parsed.data.where);
  return parsed.data;
}

/** Whether nothing is asked: then it means every cell. */
export function isEmptyQuery(query: Query): boolean {
  return Object.values(query).every((value) => value === undefined);
}

/** In words, for titles and notes: "drug Dabrafenib, dose 5 uM, line A549". */
export function queryWords(query: Query): string {
  const parts = Object.entries(query).flatMap(([field, value]) => {
    if (value === undefined) return [];
    const list = Array.isArray(value) ? value.join(' or ') : value;
    return [`${field} ${list}${field === 'dose' ? ' uM' : ''}`];
  });
  return parts.length > 0 ? parts.join(', ') : 'all cells';
}
