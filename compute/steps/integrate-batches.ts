/** Batches, labels and treatments of the kept cells as codes, and which other columns the batches cannot be told from. */
import { failure } from '../../protocol/errors.ts';
import { readColumnFile } from '../columns/file.ts';
import { cramersV, determines, summed } from '../integration/agreement.ts';
import { openStored, type StoredArray } from '../results/array.ts';
import type { StepContext } from './contract.ts';
import { keptRows } from './upstream.ts';

/** One code per kept cell in order of the sorted names; `missing` marks cells without a value. */
export interface Groups {
  readonly codes: Uint16Array;
  readonly names: readonly string[];
}

export const missing = 0xffff;
const mostGroups = missing;
const sliceRows = 262_144;

/** @throws unknown-column (when the step was resolved), bad-batches for more than 65,535 values. */
export async function readGroups(context: StepContext, column: string): Promise<Groups> {
  const { input } = context;
  const { keep, kept } = keptRows(context);
  const mask = keep === null ? null : openStored(keep);
  const computed = context.slot(`obs/${column}`);
  if (computed === undefined) await input.prepareColumns([column]);
  const names = new Map<string, number>();
  const codes = new Uint16Array(kept);
  let at = 0;
  for (const [index, plate] of input.plates.entries()) {
    for (let start = 0; start < plate.nObs; start += sliceRows) {
      const end = Math.min(plate.nObs, start + sliceRows);
      const words = computed === undefined ? storedWords(input.columnFiles(column)[index]!, start, end) : computedWords(openStored(computed), plate.rowOffset + start, plate.rowOffset + end);
      const flags = mask?.read(plate.rowOffset + start, plate.rowOffset + end);
      for (let row = 0; row < end - start; row++) {
        if (flags && flags[row] === 0) continue;
        codes[at++] = codeOf(names, words(row), column);
      }
    }
  }
  return sorted(codes, names);
}

type Words = (row: number) => string | null;

function storedWords(ref: Parameters<typeof readColumnFile>[0], start: number, end: number): Words {
  const values = readColumnFile(ref, start, end);
  if (values.kind === 'codes') return (row) => (values.codes[row]! < 0 ? null : values.categories[values.codes[row]!]!);
  return (row) => (Number.isNaN(values.values[row]!) ? null : String(values.values[row]!));
}

function computedWords(array: StoredArray, start: number, end: number): Words {
  const values = array.read(start, end);
  const { categories } = array.attributes;
  const words = Array.isArray(categories) ? categories.map(String) : null;
  return (row) => (words ? (words[values[row]!] ?? null) : Number.isNaN(values[row]!) ? null : String(values[row]!));
}

function codeOf(names: Map<string, number>, word: string | null, column: string): number {
  if (word === null) return missing;
  const known = names.get(word);
  if (known !== undefined) return known;
  if (names.size >= mostGroups) throw failure('bad-batches', { column, reason: `it has more than ${mostGroups} different values` });
  names.set(word, names.size);
  return names.size - 1;
}

function sorted(codes: Uint16Array, names: Map<string, number>): Groups {
  const order = [...names.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const place = new Uint16Array(names.size);
  order.forEach((name, i) => (place[names.get(name)!] = i));
  for (let i = 0; i < codes.length; i++) if (codes[i] !== missing) codes[i] = place[codes[i]!]!;
  return { codes, names: order };
}

/** Codes as signed numbers, -1 for missing, of all or of chosen cells. */
export function signed({ codes }: Groups, ids?: Uint32Array): Int32Array {
  const one = (code: number): number => (code === missing ? -1 : code);
  return ids ? Int32Array.from(ids, (id) => one(codes[id]!)) : Int32Array.from(codes, one);
}

export interface Confounding {
  readonly column: string;
  readonly levels: number;
  readonly cramersV: number;
  readonly words: string;
  readonly confounded: boolean;
}

/** From here on two columns are taken to say the same. */
const confoundedFrom = 0.8;
const worthNaming = 0.3;
/** A table with fewer cells per level than this says more about chance than about design. */
const leastPerLevel = 5;

/** Cramer's V of the batches with every other group column, strongest first; columns of one value are left out. */
export async function confounding(context: StepContext<'integrate'>, batches: Groups): Promise<Confounding[]> {
  const { batch_key } = context.params;
  const found: Confounding[] = [];
  for (const column of await context.input.groupColumns()) {
    if (column === batch_key) continue;
    const groups = await readGroups(context, column);
    const levels = groups.names.length;
    if (levels < 2 || levels * leastPerLevel > batches.codes.length) continue;
    const counts = new Float64Array(batches.names.length * levels);
    for (let i = 0; i < batches.codes.length; i++) {
      if (batches.codes[i] !== missing && groups.codes[i] !== missing) counts[batches.codes[i]! * levels + groups.codes[i]!]! += 1;
    }
    const table = summed(counts, batches.names.length, levels);
    const v = cramersV(table);
    if (v < worthNaming) continue;
    const told = determines(table);
    const words = told > 0.9
      ? `${batch_key} determines ${column}`
      : determines(summed(transposed(counts, batches.names.length, levels), levels, batches.names.length)) > 0.9
        ? `every ${column} lies in one ${batch_key}` : `${column} differs between batches`;
    found.push({ column, levels, cramersV: v, words, confounded: v >= confoundedFrom });
    context.stopIfCancelled();
  }
  return found.sort((a, b) => b.cramersV - a.cramersV);
}

function transposed(counts: Float64Array, rows: number, columns: number): Float64Array {
  return counts.map((_, at) => counts[(at % rows) * columns + Math.floor(at / rows)]!);
}
