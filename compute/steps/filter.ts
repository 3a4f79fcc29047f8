/** Runs `filter`: one mask over all cells, from computed metrics and stored columns; genes only when asked for. */
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { formatCount } from '../../protocol/format.ts';
import { filterRules } from '../../steps/filter.rules.ts';
import { readColumnFile, type ColumnRef, type ColumnValues } from '../columns/file.ts';
import { applyFilter } from '../columns/row-filter.ts';
import { tilesOf } from '../matrix/tiles.ts';
import { createArray, openStored, writeArray, type StoredArray } from '../results/array.ts';
import type { StepContext } from './contract.ts';
import { columnsRead, filterSpecOf } from './filter-spec.ts';
import { addGenes } from './sums.ts';

/** What later steps read of a filter. */
export interface FilterFacts {
  readonly kept: number;
  /** Per plate. */
  readonly keptPerPlate: readonly number[];
  readonly genesKept: number;
  readonly allGenes: boolean;
}

export async function runFilter(context: StepContext<'filter'>): Promise<void> {
  const { input, params } = context;
  const spec = filterSpecOf(params);
  const computed = new Map<string, StoredArray>();
  const stored = new Map<string, readonly ColumnRef[]>();
  await input.prepareColumns(columnsRead(params).filter((name) => !context.slot(`obs/${name}`)));
  for (const name of columnsRead(params)) {
    const path = context.slot(`obs/${name}`);
    if (path) computed.set(name, openStored(path));
    else stored.set(name, input.columnFiles(name));
  }
  const keepPath = join(context.folder, 'rows', 'keep');
  const keep = createArray(keepPath, { dtype: 'uint8', shape: [input.nObs] });
  const removed = new Array<number>(filterRules.length).fill(0);
  const keptPerPlate = input.plates.map(() => 0);
  for (const tile of tilesOf(input.plates)) {
    context.stopIfCancelled();
    const plate = input.plates[tile.plate]!;
    const start = plate.rowOffset + tile.rowStart;
    const lookup = (name: string): ColumnValues => {
      const array = computed.get(name);
      if (array) {
        const values = array.read(start, start + tile.rows);
        return { kind: 'number', values: values instanceof Float32Array || values instanceof Int32Array ? values : Float64Array.from(values) };
      }
      return readColumnFile(stored.get(name)![tile.plate]!, tile.rowStart, tile.rowStart + tile.rows);
    };
    const outcome = applyFilter(spec, tile.rows, lookup);
    keep.append(outcome.keep);
    keptPerPlate[tile.plate]! += outcome.keep.reduce((n, flag) => n + flag, 0);
    outcome.removed.forEach((n, rule) => (removed[rule]! += n));
    context.progress(start + tile.rows, input.nObs, 'cells');
  }
  keep.close();
  const kept = keptPerPlate.reduce((a, b) => a + b, 0);
  const removedBy = Object.fromEntries(filterRules.map((rule, i) => [rule, removed[i]!]).filter(([, n]) => n !== 0));
  if (kept === 0) {
    const detail = Object.entries(removedBy).map(([rule, n]) => `${rule}: ${n}`).join(', ') || 'the data set is empty';
    throw failure('nothing-left', { step: 'filter', before: input.nObs, axis: 'cells', detail });
  }
  input.plates.forEach((plate, i) => {
    if (keptPerPlate[i] === 0) context.note(`no cell of ${plate.name} is left`, 'warning');
  });
  context.note(`kept ${formatCount(kept)} of ${formatCount(input.nObs)} cells: ${perPlateWords(context, keptPerPlate)}`);
  const geneFlags = params.min_cells === null ? null : await keepGenes(context, keepPath, params.min_cells);
  const genesKept = geneFlags ? geneFlags.reduce((n, flag) => n + flag, 0) : input.genes.length;
  if (geneFlags) writeArray(join(context.folder, 'var', 'keep'), geneFlags);
  const facts: FilterFacts = { kept, keptPerPlate, genesKept, allGenes: geneFlags === null };
  context.writeFacts('filter', facts);
  context.outcome({ cells_before: input.nObs, cells_after: kept, cells_after_per_plate: keptPerPlate, removed_by: removedBy, genes_after: genesKept });
}

/** "plate1 4,012, plate2 3,990", the first few by name. */
function perPlateWords(context: StepContext<'filter'>, keptPerPlate: readonly number[]): string {
  const { plates } = context.input;
  const words = plates.slice(0, mostNamedPlates).map((plate, i) => `${plate.name} ${formatCount(keptPerPlate[i]!)}`);
  return plates.length > mostNamedPlates ? `${words.join(', ')} and ${plates.length - mostNamedPlates} more` : words.join(', ');
}

const mostNamedPlates = 14;

/** Genes seen in at least `minCells` of the kept cells. @throws nothing-left. */
async function keepGenes(context: StepContext<'filter'>, keepPath: string, minCells: number): Promise<Uint8Array> {
  const { input } = context;
  const cells = new Float64Array(input.genes.length);
  await context.runPass('geneTotals', {
    spec: { keep: keepPath }, part: 'genes',
    state: { arrays: { cells }, meta: () => ({}), restore: () => undefined },
    start: () => ({ add: (partial, tile) => addGenes(cells, 0, partial.cells, input.plates[tile.plate]!) }),
  });
  const flags = Uint8Array.from(cells, (n) => Number(n >= minCells));
  if (flags.every((flag) => flag === 0)) {
    throw failure('nothing-left', { step: 'filter', before: flags.length, axis: 'genes', detail: `min_cells = ${minCells}` });
  }
  return flags;
}
