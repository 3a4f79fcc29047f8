/** Columns of a seeded sample of cells, for distributions in a page; and columns of all genes, for their plots and their search. */
import type { ColumnsFile } from '../../protocol/columns-file.ts';
import { failure } from '../../protocol/errors.ts';
import { openStored } from '../results/array.ts';
import type { FoundSlots } from '../results/slots.ts';
import { sampleAscending } from '../steps/subset.ts';
import { openColumns, type ColumnsRequest } from './columns.ts';

/** @throws unknown-column, cancelled. */
export async function sampleColumns(request: ColumnsRequest & { readonly columns: readonly string[]; readonly most: number; readonly seed: number; readonly signal: AbortSignal }): Promise<ColumnsFile> {
  const { axis } = request;
  const columns = await openColumns(request, request.columns);
  const positions = sampleAscending(axis.kept, Math.min(request.most, axis.kept), request.seed);
  const out = columns.map(() => new Float32Array(positions.length));
  let next = 0;
  for (let plate = 0; plate < axis.plates.length && next < positions.length; plate++) {
    for (const slice of axis.slices(plate)) {
      if (request.signal.aborted) throw failure('cancelled', { step: 'view' });
      const first = next;
      while (next < positions.length && positions[next]! < slice.keptStart + slice.kept.length) next += 1;
      if (first === next) continue;
      columns.forEach((column, c) => {
        const values = column.read(slice);
        for (let i = first; i < next; i++) {
          const value = values[positions[i]! - slice.keptStart]!;
          out[c]![i] = column.kind === 'labels' && value < 0 ? Number.NaN : value;
        }
      });
    }
  }
  return {
    columns: out,
    header: {
      truckeeColumns: 1, rows: positions.length, of: axis.kept, names: null,
      columns: columns.map((column) => ({ name: column.name, categories: column.kind === 'labels' ? [...column.categories] : null })),
    },
  };
}

/** `names`: the common genes, in the order of var arrays. Columns that the run has not are left out. */
export function geneColumns(slots: FoundSlots, names: readonly string[], wanted: readonly string[]): ColumnsFile {
  const found = wanted.flatMap((name) => {
    const path = slots.path(`var/${name}`);
    if (path === undefined) return [];
    const array = openStored(path);
    if (array.shape[0] !== names.length) throw failure('corrupt-result', { path, reason: `it is about ${array.shape[0]} genes, not ${names.length}` });
    return [{ name, values: Float32Array.from(array.read()) }];
  });
  return {
    columns: found.map((column) => column.values),
    header: { truckeeColumns: 1, rows: names.length, of: names.length, names: [...names], columns: found.map(({ name }) => ({ name, categories: null })) },
  };
}
