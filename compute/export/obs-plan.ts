/**
 * The columns of the exported obs: those every plate has, brought to one type, the plate, and what the run computed.
 * Decided before a row is written, because categories and types stand at the head of every format.
 */
import { isKind } from '../../protocol/errors.ts';
import type { Dtype } from '../../protocol/matrix.ts';
import { openStored, type StoredArray } from '../results/array.ts';
import type { Column, PlateFile } from '../stores/contract.ts';
import { openPlate } from '../stores/index.ts';
import type { CellAxis } from './axis.ts';
import type { FoundSlots } from '../results/slots.ts';

export type ObsSource =
  /** Stored in every plate. For categories: code of the plate -> code of the union, per plate; null without codes. */
  | { readonly kind: 'stored'; readonly name: string; readonly recode: readonly (Int32Array | null)[] }
  | { readonly kind: 'plate' }
  | { readonly kind: 'computed'; readonly array: StoredArray };

/** Missing values: code -1, NaN, empty text. */
export type ObsColumn = { readonly name: string; readonly source: ObsSource } & (
  | { readonly kind: 'categorical'; readonly categories: readonly string[]; readonly ordered: boolean }
  | { readonly kind: 'number'; readonly dtype: Extract<Dtype, 'bool' | 'int32' | 'int64' | 'uint32' | 'float32' | 'float64'> }
  | { readonly kind: 'text' }
);

export interface ObsPlan {
  readonly columns: readonly ObsColumn[];
  /** The column that names the plate each cell came from. */
  readonly plateColumn: string;
  readonly notes: readonly string[];
}

/** What is known of a stored column in one plate. */
interface Stored {
  readonly kind: Column['kind'];
  readonly categories: readonly string[];
  readonly ordered: boolean;
  /** Only whole numbers, none missing and none too large for exactness. */
  readonly whole: boolean;
  /** Booleans that may be missing. */
  readonly gaps: boolean;
}

const scanRows = 262_144;

/** `only` limits stored columns to some names (a figure needs one). Errors: those of opening a plate. */
export async function planObs(axis: CellAxis, slots: FoundSlots, only: readonly string[] | null = null): Promise<ObsPlan> {
  const notes: string[] = [];
  const computed = slots.names('obs').filter((name) => only === null || only.includes(name));
  const perPlate: Map<string, Stored>[] = [];
  for (const { path, name: plate } of axis.plates) {
    const file = await openPlate(path);
    try {
      perPlate.push(describe(file, (name) => !computed.includes(name) && (only === null || only.includes(name)), (column) => {
        notes.push(`obs column '${column}' of ${plate} is stored in a form that is not read: it is left out`);
      }));
    } finally {
      file.close();
    }
  }
  const first = perPlate[0] ?? new Map<string, Stored>();
  const shared = [...first.keys()].filter((name) => perPlate.every((columns) => columns.has(name)));
  const partial = new Set(perPlate.flatMap((columns) => [...columns.keys()]).filter((name) => !shared.includes(name)));
  if (partial.size > 0) notes.push(`obs columns that not every plate has are left out: ${[...partial].join(', ')}`);
  const taken = new Set([...shared, ...computed]);
  const plateColumn = ['plate', 'dataset', 'truckee_dataset'].find((name) => !taken.has(name)) ?? 'truckee_plate';
  const columns: ObsColumn[] = shared.map((name) => unite(name, perPlate.map((plate) => plate.get(name)!)));
  columns.push({
    name: plateColumn, source: { kind: 'plate' }, kind: 'categorical', ordered: false, categories: axis.plates.map((plate) => plate.name),
  });
  for (const name of computed) columns.push(computedColumn(name, openStored(slots.path(`obs/${name}`)!), axis));
  return { columns, plateColumn, notes };
}

function describe(file: PlateFile, wanted: (name: string) => boolean, skipped: (name: string) => void): Map<string, Stored> {
  const columns = new Map<string, Stored>();
  for (const name of file.obsColumns.filter(wanted)) {
    try {
      const head = file.obsColumn(name, 0, Math.min(1, file.nObs));
      columns.set(name, {
        kind: head.kind,
        categories: head.kind === 'categorical' ? head.categories : [],
        ordered: head.kind === 'categorical' && head.ordered,
        whole: head.kind === 'number' && head.integer && allWhole(file, name),
        gaps: head.kind === 'boolean' && head.missing !== null,
      });
    } catch (thrown) {
      if (!isKind(thrown, 'unsupported-encoding')) throw thrown;
      skipped(name);
    }
  }
  return columns;
}

/** Whole-number columns may still have gaps (NaN), which only float64 can hold. */
function allWhole(file: PlateFile, name: string): boolean {
  for (let row = 0; row < file.nObs; row += scanRows) {
    const column = file.obsColumn(name, row, Math.min(file.nObs, row + scanRows));
    if (column.kind !== 'number' || !column.values.every(Number.isSafeInteger)) return false;
  }
  return true;
}

function unite(name: string, plates: readonly Stored[]): ObsColumn {
  const kinds = new Set(plates.map((plate) => plate.kind));
  const plain: ObsSource = { kind: 'stored', name, recode: plates.map(() => null) };
  if (kinds.size > 1) return { name, source: plain, kind: 'text' };
  const head = plates[0]!;
  switch (head.kind) {
    case 'categorical':
      return uniteCategories(name, plates);
    case 'number':
      return { name, source: plain, kind: 'number', dtype: plates.every((plate) => plate.whole) ? 'int64' : 'float64' };
    case 'boolean':
      // Flags with gaps have no plain array type that every reader knows: they become labels.
      if (plates.some((plate) => plate.gaps)) return { name, source: plain, kind: 'categorical', categories: ['False', 'True'], ordered: false };
      return { name, source: plain, kind: 'number', dtype: 'bool' };
    case 'string':
      return { name, source: plain, kind: 'text' };
    default:
      return head.kind satisfies never;
  }
}

/** Categories of all plates in order of first appearance; an order holds only if all plates have the same one. */
function uniteCategories(name: string, plates: readonly Stored[]): ObsColumn {
  const codes = new Map<string, number>();
  const recode = plates.map(({ categories }) =>
    Int32Array.from(categories, (label) => {
      const known = codes.get(label);
      if (known !== undefined) return known;
      codes.set(label, codes.size);
      return codes.size - 1;
    }),
  );
  const categories = [...codes.keys()];
  const ordered = plates.every((plate) => plate.ordered && plate.categories.length === categories.length && plate.categories.every((label, i) => label === categories[i]));
  return { name, source: { kind: 'stored', name, recode }, kind: 'categorical', categories, ordered };
}

function computedColumn(name: string, array: StoredArray, axis: CellAxis): ObsColumn {
  const source: ObsSource = { kind: 'computed', array };
  const { categories, ordered } = array.attributes;
  if (Array.isArray(categories)) return { name, source, kind: 'categorical', categories: categories.map(String), ordered: ordered === true };
  if (array.dtype === 'float32' || array.dtype === 'float64') return { name, source, kind: 'number', dtype: array.dtype };
  if (axis.rowsOf(array) === 'subset') return { name, source, kind: 'number', dtype: 'float64' };
  return { name, source, kind: 'number', dtype: array.dtype === 'uint8' ? 'bool' : array.dtype };
}
