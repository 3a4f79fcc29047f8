/** Beyond the grid: what drawing by weight costs, what more workers bring, and what holding all cells in memory would give. */
import { availableParallelism, freemem } from 'node:os';
import type { LoaderAnswer, LoaderSetting } from '../../protocol/loading.ts';
import { createRandom } from '../random/random.ts';
import { holdPack, openRowStore, readIntoMemory, type RowStoreSpec, type RowView } from '../stores/index.ts';
import type { Loader, LoaderLabel, StrategyChoice } from './contract.ts';
import { predictRate, type LoaderCosts } from './predict.ts';
import { memoryNeeded, type LoaderSource } from './sources.ts';

export type OpenWith = (strategy: StrategyChoice, fetch: number, workers: number) => Promise<Loader>;
/** Cells a second of a loader, which is closed. */
export type RateOf = (loader: Loader) => Promise<number>;

/** Labels by which classes are usually balanced, the first that there is. */
const balancedBy = ['drug', 'cell_line', 'sample', 'plate'];
/** Neighbours drawn together where the grid has chunks only. */
const usualBlock = 8;

/** Balanced classes of one label that every cell has, and a fixed quota of every plate, at the size of fetch that was found. `sizes`: cells of each class, those without one last. */
export async function costOfWeights(best: LoaderSetting, cells: number, labels: ReadonlyMap<string, LoaderLabel>, sizes: ReadonlyMap<string, readonly number[]>, open: OpenWith, rateOf: RateOf): Promise<LoaderAnswer['strategies']> {
  const out: { strategy: 'balanced' | 'quota'; label: string; cells_per_second: number }[] = [];
  const present = (name: string): string[] => (sizes.get(name)?.at(-1) === 0 ? labels.get(name)!.categories.filter((_, code) => sizes.get(name)![code]! > 0) : []);
  const label = balancedBy.find((name) => present(name).length > 1);
  if (label !== undefined) {
    const loader = await open({ kind: 'balanced', label, block: typeof best.block === 'number' ? best.block : Math.min(usualBlock, cells) }, best.fetch, best.workers);
    out.push({ strategy: 'balanced', label, cells_per_second: await rateOf(loader) });
  }
  const plates = present('plate');
  if (plates.length > 1 && plates.length <= best.batch) {
    const quota = Object.fromEntries(plates.map((name, i) => [name, Math.floor(best.batch / plates.length) + (i < best.batch % plates.length ? 1 : 0)]));
    out.push({ strategy: 'quota', label: 'plate', cells_per_second: await rateOf(await open({ kind: 'quota', label: 'plate', quota }, best.fetch, best.workers)) });
  }
  return out;
}

export const strategyOf = (block: number | 'chunks'): StrategyChoice => (block === 'chunks' ? { kind: 'chunks' } : { kind: 'blocks', block });

/** What the workers bring against one of them, measured; null for one or none. */
export async function scaleOfWorkers(best: LoaderSetting, open: OpenWith, rateOf: RateOf): Promise<LoaderAnswer['scale']> {
  if (best.workers < 2 || best.cells_per_second === null) return null;
  const one = await rateOf(await open(strategyOf(best.block), best.fetch, 1));
  return { workers: best.workers, one_worker_cells_per_second: one, factor: best.cells_per_second / one };
}

/** Rows read into memory to see how fast they are drawn from there. */
const triedRows = 4096;
const drawnRows = 1024;

/** Single random cells: from memory, by a trial with the first cells, and from where they lie, as predicted. */
export async function gainOfMemory(sources: readonly LoaderSource[], fetch: number, open: OpenWith, costs: LoaderCosts, verified: boolean, workers: number): Promise<LoaderAnswer['memory']> {
  const bytes = memoryNeeded(sources);
  const loader = await open({ kind: 'blocks', block: 1 }, fetch, workers);
  const random = predictRate(loader, costs, verified);
  await loader.close();
  const hands = Math.max(1, Math.min(workers, availableParallelism()));
  const predicted = hands * (await drawRate(sources[0]!));
  return { bytes, fits: bytes <= freemem() / 2, predicted_cells_per_second: predicted, random_cells_per_second: random, gain: predicted / random };
}

/** The first rows in memory, as the backend 'memory' holds them. */
async function heldRows(store: RowStoreSpec, rows: number, view: RowView): Promise<RowStoreSpec> {
  if (store.kind === 'pack') return { kind: 'pack', pack: holdPack(store.pack, rows) };
  const source = await openRowStore(store, view);
  const pieces = await readIntoMemory(source, rows);
  source.close();
  return { kind: 'memory', pieces };
}

async function drawRate({ store, cells, genes }: LoaderSource): Promise<number> {
  const view = { columns: null, width: genes.length, targetSum: null, log1p: false };
  const rows = Math.min(triedRows, cells);
  const memory = await openRowStore(await heldRows(store, rows, view), view);
  const random = createRandom(1, 2, 3);
  const ids = [...new Set(Array.from({ length: drawnRows }, () => random.below(rows)))].sort((a, b) => a - b);
  const [indices, values] = [new Int32Array(genes.length), new Float32Array(genes.length)];
  let best = Infinity;
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    await memory.load(Uint32Array.from(ids));
    for (let k = 0; k < ids.length; k++) memory.csr(k, indices, values, 0);
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  memory.close();
  return ids.length / best;
}
