/** obs columns of a run's kept cells, a slice at a time: stored ones from flat column files, computed ones from result arrays. */
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import type { PlateInput } from '../../protocol/jobs.ts';
import { cachedColumn, knownColumn } from '../columns/cached.ts';
import { readColumnFile, type ColumnRef } from '../columns/file.ts';
import type { CellAxis, CellSlice } from '../export/axis.ts';
import { openStored } from '../results/array.ts';
import type { FoundSlots } from '../results/slots.ts';
import type { PlateFile } from '../stores/contract.ts';
import { openPlate } from '../stores/index.ts';

export type CellColumn = { readonly name: string } & (
  /** Codes, -1 where a cell has no label. `texts`: labels are what the cells say, not a list that was set beforehand. */
  | { readonly kind: 'labels'; readonly categories: readonly string[]; readonly texts?: true; read(slice: CellSlice): Int32Array }
  /** NaN where a cell has no value. */
  | { readonly kind: 'numbers'; read(slice: CellSlice): ArrayLike<number> }
);

export interface ColumnsRequest {
  readonly plates: readonly Pick<PlateInput, 'name' | 'path' | 'fingerprint'>[];
  readonly axis: CellAxis;
  readonly slots: FoundSlots;
  readonly cache: string;
}

/** @throws unknown-column, and what reading a plate can throw. */
export async function openColumns(request: ColumnsRequest, names: readonly string[]): Promise<CellColumn[]> {
  const open = createPlateOpener(request);
  try {
    const columns: CellColumn[] = [];
    for (const name of names) columns.push(await openColumn(request, name, open.plate));
    return columns;
  } finally {
    open.close();
  }
}

async function openColumn({ plates, axis, slots, cache }: ColumnsRequest, name: string, plateAt: (at: number) => Promise<PlateFile>): Promise<CellColumn> {
  const computed = slots.path(`obs/${name}`);
  if (computed !== undefined) return computedColumn(name, computed, axis);
  const refs: ColumnRef[] = [];
  for (const [i, { fingerprint }] of plates.entries()) {
    const known = knownColumn(axis.plates[i]!.nObs, name, fingerprint, cache);
    if (known !== null) {
      refs.push(known);
      continue;
    }
    const plate = await plateAt(i);
    if (!plate.obsColumns.includes(name)) {
      if (plateColumns.includes(name)) return { name, kind: 'labels', categories: plates.map((one) => one.name), read: (slice) => new Int32Array(slice.kept.length).fill(slice.plate) };
      throw failure('unknown-column', { column: name, near: nearNames(name, [...slots.names('obs'), ...plate.obsColumns]), where: 'the cells of this run' });
    }
    refs.push(cachedColumn(plate, name, fingerprint, cache));
  }
  return storedColumn(name, refs);
}

/** Names under which a run over several plates shows which one a cell came from (obs-plan.ts). */
const plateColumns = ['plate', 'dataset', 'truckee_dataset'];
const flagLabels = ['False', 'True'];

function computedColumn(name: string, path: string, axis: CellAxis): CellColumn {
  const array = openStored(path);
  const { categories } = array.attributes;
  const labels = Array.isArray(categories) ? categories.map(String) : array.dtype === 'uint8' ? flagLabels : null;
  if (labels === null) return { name, kind: 'numbers', read: (slice) => axis.read(array, slice) };
  return { name, kind: 'labels', categories: labels, read: (slice) => Int32Array.from(axis.read(array, slice, -1)) };
}

/** @throws invalid-parameter where plates disagree about what the column holds. */
function storedColumn(name: string, refs: readonly ColumnRef[]): CellColumn {
  const flags = refs.every((ref) => ref.kind === 'number' && ref.flags === true);
  if (flags) return { name, kind: 'labels', categories: flagLabels, read: (slice) => Int32Array.from(keptNumbers(refs[slice.plate]!, slice), (value) => (Number.isNaN(value) ? -1 : value)) };
  if (refs.every((ref) => ref.kind === 'number')) return { name, kind: 'numbers', read: (slice) => keptNumbers(refs[slice.plate]!, slice) };
  const codes = new Map<string, number>();
  const codeOf = (label: string): number => {
    const known = codes.get(label);
    if (known !== undefined) return known;
    codes.set(label, codes.size);
    return codes.size - 1;
  };
  const texts = refs.every((ref) => ref.kind === 'codes' && ref.text === true);
  // An empty text is no label.
  const recode = refs.map((ref) => (ref.kind === 'codes' ? Int32Array.from(ref.categories, (label) => (ref.text && label === '' ? -1 : codeOf(label))) : null));
  if (recode.includes(null)) throw failure('invalid-parameter', { step: 'view', parameter: 'column', value: name, reason: 'it holds numbers in one plate and labels in another' });
  return {
    name, kind: 'labels', categories: [...codes.keys()], ...(texts ? { texts } : {}),
    read(slice) {
      const values = readColumnFile(refs[slice.plate]!, slice.rowStart, slice.rowEnd);
      const table = recode[slice.plate]!;
      const out = new Int32Array(slice.kept.length);
      if (values.kind === 'codes') for (let i = 0; i < out.length; i++) {
        const code = values.codes[slice.kept[i]!]!;
        out[i] = code < 0 ? -1 : table[code]!;
      }
      return out;
    },
  };
}

function keptNumbers(ref: ColumnRef, { rowStart, rowEnd, kept }: CellSlice): Float64Array {
  const column = readColumnFile(ref, rowStart, rowEnd);
  const out = new Float64Array(kept.length);
  if (column.kind === 'number') for (let i = 0; i < kept.length; i++) out[i] = column.values[kept[i]!]!;
  return out;
}

/** Opens a plate at most once, and only when something has to be read from it. */
function createPlateOpener({ plates }: ColumnsRequest): { plate(at: number): Promise<PlateFile>; close(): void } {
  const opened = new Map<number, PlateFile>();
  return {
    async plate(at) {
      const known = opened.get(at);
      if (known) return known;
      const file = await openPlate(plates[at]!.path);
      opened.set(at, file);
      return file;
    },
    close() {
      for (const file of opened.values()) file.close();
    },
  };
}
