/** Labels of one plate's cells: strata, conditions and wells, from stored columns or from two expressions. */
import { failure } from '../../protocol/errors.ts';
import { parseTreatment } from '../../protocol/treatment.ts';
import { columnsOf, parseWhere } from '../../protocol/where.ts';
import { readColumnFile, type ColumnValues } from '../columns/file.ts';
import { evaluateWhere } from '../columns/where.ts';
import type { Plate } from '../matrix/plates.ts';
import { openStored } from '../results/array.ts';
import type { StepContext } from './contract.ts';

type Context = StepContext<'de'>;

/** One code per cell of the plate, -1 without a label; names in order of first appearance. */
export interface Labels {
  readonly codes: Int32Array;
  readonly names: readonly string[];
}

const sliceRows = 262_144;

/** Missing and empty labels are no labels. */
export function labelsOf(context: Context, plate: number, columns: readonly string[]): Labels {
  const { nObs } = context.input.plates[plate]!;
  const codes = new Int32Array(nObs);
  const known = new Map<string, number>();
  for (let start = 0; start < nObs; start += sliceRows) {
    const end = Math.min(nObs, start + sliceRows);
    const words = columns.map((column) => wordsOf(readColumnFile(context.input.columnFiles(column)[plate]!, start, end)));
    for (let row = 0; row < end - start; row++) {
      const parts = words.map((word) => word(row));
      codes[start + row] = parts.includes('') ? -1 : codeOf(known, parts.join(separator));
    }
  }
  return { codes, names: [...known.keys()] };
}

/** Parts several columns' labels; in no label of a file. */
export const separator = '\u0000';

function wordsOf(values: ColumnValues): (row: number) => string {
  if (values.kind === 'codes') return (row) => values.categories[values.codes[row]!] ?? '';
  return (row) => (Number.isNaN(values.values[row]!) ? '' : String(values.values[row]!));
}

function codeOf(known: Map<string, number>, word: string): number {
  const code = known.get(word);
  if (code !== undefined) return code;
  known.set(word, known.size);
  return known.size - 1;
}

/** What two expressions are called as conditions. */
export const choiceNames = ['target', 'reference'] as const;

/** Cells of two expressions as codes 0 and 1; -1 for cells of neither, or of both. */
export function choiceLabels(context: Context, at: number): Labels & { readonly inBoth: number } {
  const { target_where, reference_where } = context.params;
  const plate = context.input.plates[at]!;
  const wheres = [parseWhere(target_where!), parseWhere(reference_where!)];
  const codes = new Int32Array(plate.nObs).fill(-1);
  let inBoth = 0;
  for (let start = 0; start < plate.nObs; start += sliceRows) {
    const end = Math.min(plate.nObs, start + sliceRows);
    const lookup = (name: string): ColumnValues => columnSlice(context, plate, at, name, start, end);
    const [target, reference] = wheres.map((where) => evaluateWhere(where, end - start, lookup)) as [Uint8Array, Uint8Array];
    for (let row = 0; row < end - start; row++) {
      if (target[row] === 1 && reference[row] === 1) inBoth += 1;
      else if (target[row] === 1 || reference[row] === 1) codes[start + row] = target[row] === 1 ? 0 : 1;
    }
  }
  return { codes, names: choiceNames, inBoth };
}

function columnSlice(context: Context, plate: Plate, at: number, name: string, start: number, end: number): ColumnValues {
  const computed = context.slot(`obs/${name}`);
  if (computed === undefined) return readColumnFile(context.input.columnFiles(name)[at]!, start, end);
  const array = openStored(computed);
  if (array.shape[0] !== context.input.nObs) throw failure('unknown-column', { column: name, near: [], where: 'all cells of the run: only some of them have it' });
  return { kind: 'number', values: Float64Array.from(array.read(plate.rowOffset + start, plate.rowOffset + end)) };
}

/** Stored columns that the step reads. */
export function columnsRead({ params, slot }: Context): string[] {
  const names = new Set(params.strata ?? []);
  if (params.method === 'pseudobulk') names.add(params.sample_key);
  if (params.mode === 'on_target') names.add(params.gene_key!);
  if (params.target_where === null) names.add(params.groupby!);
  else for (const text of [params.target_where, params.reference_where!]) for (const name of columnsOf(parseWhere(text))) if (!slot(`obs/${name}`)) names.add(name);
  return [...names];
}

/** Whether a label is meant by a name: the label itself, or the only drug of the treatment that it spells out. */
export function isMeant(label: string, name: string): boolean {
  if (label.trim() === name.trim()) return true;
  const treatment = parseTreatment(label);
  return treatment?.length === 1 && treatment[0]!.drug.trim() === name.trim();
}
