/**
 * Rows of a run's table of cells: any window of the kept cells, all or chosen, in their own order or sorted by a column. The order
 * is kept between windows, so that scrolling only reads.
 */
import type { CellChoice } from '../../protocol/cell-choice.ts';
import { choosesAll } from '../../protocol/cell-choice.ts';
import { failure } from '../../protocol/errors.ts';
import type { CellSlice } from '../export/axis.ts';
import { openPlate } from '../stores/index.ts';
import { argsort } from './argsort.ts';
import { openChoice } from './choice.ts';
import { openColumns, type CellColumn, type ColumnsRequest } from './columns.ts';

export type CellValue = string | number | null;

export interface TableRequest extends ColumnsRequest {
  readonly columns: readonly string[];
  readonly choice: CellChoice;
  readonly sort: { readonly column: string; readonly descending: boolean } | null;
  readonly from: number;
  readonly count: number;
  /** Goes to the first cell at or after `from` whose name contains this text. */
  readonly find: string | null;
  readonly signal: AbortSignal;
}

export interface TableWindow {
  /** Rows of the whole table. */
  readonly total: number;
  readonly from: number;
  readonly names: readonly string[];
  /** One list per column. */
  readonly values: readonly (readonly CellValue[])[];
}

/** More cells than this are not sorted: their order alone would outgrow a view's memory. */
const mostSorted = 20_000_000;

/** What an order depends on -> positions among the kept cells; null is every cell in its own order. */
const orders = new Map<string, Uint32Array | null>();
const mostOrders = 3;

/** @throws unknown-column, invalid-parameter, cancelled, not-found (nothing contains the text). */
export async function tableView(request: TableRequest, key: string): Promise<TableWindow> {
  const order = await orderOf(request, key);
  const total = order === null ? request.axis.kept : order.length;
  let from = Math.max(0, Math.min(request.from, Math.max(0, total - 1)));
  if (request.find !== null) from = await findName(request, order, from, request.find);
  const positions = Array.from({ length: Math.max(0, Math.min(request.count, total - from)) }, (_, i) => (order === null ? from + i : order[from + i]!));
  return { total, from, ...(await valuesAt(request, positions)) };
}

async function orderOf(request: TableRequest, key: string): Promise<Uint32Array | null> {
  const known = orders.get(key);
  if (known !== undefined) return known;
  const order = await makeOrder(request);
  orders.set(key, order);
  if (orders.size > mostOrders) orders.delete(orders.keys().next().value!);
  return order;
}

async function makeOrder(request: TableRequest): Promise<Uint32Array | null> {
  const { axis, sort, choice } = request;
  if (sort === null && choosesAll(choice)) return null;
  const choiceOf = await openChoice(request, choice);
  const column = sort === null ? null : (await openColumns(request, [sort.column]))[0]!;
  const parts: Uint32Array[] = [];
  const keys: Float64Array[] = [];
  const rank = column?.kind === 'labels' ? labelRanks(column.categories) : null;
  let total = 0;
  for (const slice of slicesOf(request)) {
    const flags = choiceOf?.(slice) ?? null;
    const values = column?.read(slice);
    const [positions, sortKeys] = [new Uint32Array(slice.kept.length), new Float64Array(values ? slice.kept.length : 0)];
    let n = 0;
    for (let i = 0; i < slice.kept.length; i++) {
      if (flags !== null && flags[i] === 0) continue;
      if (values) sortKeys[n] = rank === null ? values[i]! : values[i]! < 0 ? Number.NaN : rank[values[i]!]!;
      positions[n++] = slice.keptStart + i;
    }
    parts.push(positions.subarray(0, n));
    keys.push(sortKeys.subarray(0, values ? n : 0));
    total += n;
    if (sort !== null && total > mostSorted) {
      throw failure('invalid-parameter', { step: 'table', parameter: 'sort', value: sort.column, reason: `at most ${mostSorted.toLocaleString('en')} cells are sorted: choose fewer of the ${axis.kept.toLocaleString('en')} first` });
    }
  }
  const positions = joined(parts, total);
  if (sort === null) return positions;
  const all = new Float64Array(total);
  let at = 0;
  for (const part of keys) {
    all.set(part, at);
    at += part.length;
  }
  return argsort(all, sort.descending).map((place) => positions[place]!);
}

/** Labels sort as a person reads them: numbers inside by value. */
function labelRanks(categories: readonly string[]): Int32Array {
  const collator = new Intl.Collator('en', { numeric: true });
  const order = categories.map((_, code) => code).sort((a, b) => collator.compare(categories[a]!, categories[b]!));
  const ranks = new Int32Array(categories.length);
  order.forEach((code, place) => (ranks[code] = place));
  return ranks;
}

async function findName(request: TableRequest, order: Uint32Array | null, from: number, text: string): Promise<number> {
  const wanted = text.toLowerCase();
  const found = new Set<number>();
  await eachName(request, (position, name) => void (name.toLowerCase().includes(wanted) && found.add(position)));
  if (found.size > 0 && order === null) {
    const after = [...found].find((position) => position >= from);
    return after ?? found.values().next().value!;
  }
  for (let i = 0; i < (order?.length ?? 0); i++) {
    const at = (from + i) % order!.length;
    if (found.has(order![at]!)) return at;
  }
  throw failure('not-found', { what: 'cell', name: text, near: [] });
}

async function eachName({ plates, axis, signal }: TableRequest, visit: (position: number, name: string) => void): Promise<void> {
  for (const [at, plate] of plates.entries()) {
    const file = await openPlate(plate.path);
    try {
      for (const slice of axis.slices(at)) {
        if (signal.aborted) throw failure('cancelled', { step: 'table' });
        const names = file.obsNames(slice.rowStart, slice.rowEnd);
        slice.kept.forEach((row, i) => visit(slice.keptStart + i, nameIn(plates, at, names[row]!)));
      }
    } finally {
      file.close();
    }
  }
}

const nameIn = (plates: TableRequest['plates'], at: number, name: string): string => (plates.length > 1 ? `${plates[at]!.name}-${name}` : name);

/** Only the slices that hold a wanted cell are read, each once. */
async function valuesAt(request: TableRequest, positions: readonly number[]): Promise<Pick<TableWindow, 'names' | 'values'>> {
  const columns = await openColumns(request, request.columns);
  const names = new Array<string>(positions.length).fill('');
  const values = columns.map(() => new Array<CellValue>(positions.length).fill(null));
  const wanted = positions.map((position, row) => ({ position, row })).sort((a, b) => a.position - b.position);
  let next = 0;
  for (let plate = 0; plate < request.plates.length && next < wanted.length; plate++) {
    let file: Awaited<ReturnType<typeof openPlate>> | null = null;
    try {
      for (const slice of request.axis.slices(plate)) {
        const first = next;
        while (next < wanted.length && wanted[next]!.position < slice.keptStart + slice.kept.length) next += 1;
        if (next === first) continue;
        file ??= await openPlate(request.plates[plate]!.path);
        const read = columns.map((column) => ({ column, values: column.read(slice) }));
        for (const { position, row } of wanted.slice(first, next)) {
          const i = position - slice.keptStart;
          const at = slice.rowStart + slice.kept[i]!;
          names[row] = nameIn(request.plates, plate, file.obsNames(at, at + 1)[0]!);
          read.forEach((one, c) => (values[c]![row] = valueOf(one.column, one.values[i]!)));
        }
      }
    } finally {
      file?.close();
    }
  }
  return { names, values };
}

function valueOf(column: CellColumn, value: number): CellValue {
  if (column.kind === 'labels') return value < 0 ? null : column.categories[value]!;
  return Number.isFinite(value) ? value : null;
}

function* slicesOf({ axis, signal }: TableRequest): Generator<CellSlice, void, void> {
  for (let plate = 0; plate < axis.plates.length; plate++) {
    for (const slice of axis.slices(plate)) {
      if (signal.aborted) throw failure('cancelled', { step: 'table' });
      yield slice;
    }
  }
}

function joined(parts: readonly Uint32Array[], total: number): Uint32Array {
  const out = new Uint32Array(total);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
