/** Looks for the fastest setting that mixes well enough: predicts every one of a grid, measures as asked, and says what it saw. */
import { freemem } from 'node:os';
import { failure } from '../../protocol/errors.ts';
import { formatCount } from '../../protocol/format.ts';
import type { LoaderAnswer, LoaderJob, LoaderSetting } from '../../protocol/loading.ts';
import { allRows, randomEntropy, simulateEntropy, type RowSet } from '../sampling/index.ts';
import { packPath } from '../stores/index.ts';
import { dropFromCache } from './cold.ts';
import type { Loader, LoaderLabel } from './contract.ts';
import { bitsOf, chooseSetting, floorLabel, rateOfSetting } from './choose.ts';
import { costOfWeights, gainOfMemory, scaleOfWorkers, strategyOf, type OpenWith, type RateOf } from './extras.ts';
import { classLabels, joinLabel, offeredLabels } from './labels.ts';
import { openLoader } from './loader.ts';
import { measureLoader, publishedProtocol, type Measured } from './measure.ts';
import { prepareOrder, writeOrder } from './order-file.ts';
import { epochPace, epochSeconds } from './pace.ts';
import { measureCosts, predictRate, type LoaderCosts } from './predict.ts';
import { canBePacked } from './profile.ts';
import { published, publishedSpeedups } from './published.table.ts';
import { openSources, type LoaderSource } from './sources.ts';
import { warningsOf } from './warnings.ts';
import { rowsWhere } from './where.ts';

export interface DesignHost {
  readonly signal?: AbortSignal;
  onSetting?(done: number, total: number): void;
  /** While the whole epoch is read: cells so far, and seconds until its end. */
  onCells?(done: number, total: number, etaSeconds: number): void;
}

type Job = Omit<LoaderJob, 'kind' | 'id'>;

/** Errors: those of openLoader, rowsWhere and writeOrder; invalid-parameter where no block fits the cells. */
export async function designLoader(job: Job, host: DesignHost = {}): Promise<LoaderAnswer> {
  const sources = await openSources(job.files, job.verified, job.backend);
  try {
    if (job.order !== null) prepareOrder(sources, job.order.folder);
    const chosen = job.where === undefined ? undefined : await rowsWhere(sources, job.where);
    const cells = chosen?.length ?? sources.reduce((sum, source) => sum + source.cells, 0);
    const { blocks, fetches, notes } = fittingSizes(job, cells);
    const labels = await labelsOf(sources);
    const names = [...labels.keys()];
    const open: OpenWith = (strategy, fetch, workers) => openLoader({
      files: job.files, strategy, batch: job.batch, fetchFactor: fetch, workers, seed: job.seed, labels: names, verified: job.verified, backend: job.backend, join: job.join, ...(chosen ? { subset: chosen } : {}),
    }, { sources, labels });
    const measure = (loader: Loader): Promise<Measured> => measureLoader(loader, {
      warmSeconds: job.warmSeconds, seconds: job.seconds, ...(host.signal ? { signal: host.signal } : {}), ...(job.cold ? { beforeEpoch: () => dropFromCache(loader.plates.map(readFrom)) } : {}),
    });
    const rateOf: RateOf = async (loader) => {
      try {
        return (await measure(loader)).cellsPerSecond;
      } finally {
        await loader.close();
      }
    };
    const sizes = new Map([...labels].map(([name, label]) => [name, sizesOf(label, chosen ?? allRows(label.values.length))]));
    const random = Object.fromEntries([...sizes].map(([name, of]) => [name, randomEntropy(of, job.batch) || 0]));
    const label = floorLabel(sizes, job.batch);
    const probe = await open(strategyOf(blocks[0]!), fetches[0]!, job.workers);
    const costs = await measureCosts(probe, job.verified, job.cold ? () => dropFromCache(probe.plates.map(readFrom)) : undefined);
    await probe.close();

    const grid: LoaderSetting[] = [];
    const total = blocks.length * fetches.length;
    // Weights, quotas and one worker alone are measured after the grid.
    const more = job.seconds > 0 ? (job.workers > 1 ? 3 : 2) : 0;
    for (const block of blocks) {
      for (const fetch of fetches) {
        const loader = await open(strategyOf(block), fetch, job.workers);
        try {
          grid.push(settingOf(loader, block, fetch, job, costs, label === null ? null : { label, bits: job.floor * random[label]! }, job.seconds > 0 ? await measure(loader) : null));
        } finally {
          await loader.close();
        }
        host.onSetting?.(grid.length, total + more);
      }
    }
    const { best, good } = chooseSetting(grid, freemem() / 2, label);
    const { backend, block, fetch, batch, workers } = best;
    let order: string[] = [];
    if (job.order !== null) {
      const chosen = await open(strategyOf(block), fetch, 0);
      order = writeOrder(chosen, job.order.folder, job.order.epochs);
      await chosen.close();
    }
    const strategies = job.seconds > 0 ? await costOfWeights(best, cells, labels, sizes, open, rateOf) : [];
    const scale = await scaleOfWorkers(best, open, rateOf);
    const memory = await gainOfMemory(sources, fetch, open, costs, job.verified, workers);
    host.onSetting?.(total + more, total + more);
    const epoch = job.epoch ? await readEpoch(await open(strategyOf(block), fetch, workers), best.predicted_cells_per_second, host) : null;
    return {
      cells,
      recommended: { backend, block, fetch, batch, workers, cells_per_second: rateOfSetting(best), entropy: bitsOf(best, label), entropy_random: label === null ? 0 : random[label]!, bytes_per_worker: best.bytes_per_worker },
      grid, random, floor_label: label, strategies, scale, memory,
      epoch_seconds: epochSeconds(cells, rateOfSetting(best)),
      predicted_epoch_seconds: epochSeconds(cells, best.predicted_cells_per_second),
      epoch,
      cache: job.cold ? 'cold' : 'warm',
      quick: job.warmSeconds < publishedProtocol.warmSeconds || job.seconds < publishedProtocol.seconds,
      warnings: warningsOf({ grid, best, good, random, floor: job.floor, label, memory, packable: sources.every(canBePacked), notes: [...notes, ...probe.notes] }),
      published,
      speedups: publishedSpeedups,
      order,
    };
  } finally {
    sources.forEach((source) => source.close());
  }
}

function settingOf(
  loader: Loader, block: number | 'chunks', fetch: number, job: Job, costs: LoaderCosts, floor: { readonly label: string; readonly bits: number } | null, measured: Measured | null,
): LoaderSetting {
  const values = Object.fromEntries(Object.entries(loader.labels).map(([name, label]) => [name, label.values]));
  const simulated = simulateEntropy({ layout: loader.layout, entriesOf: (number) => loader.entries(0, number), labels: values });
  const entropy = Object.fromEntries(Object.entries(simulated).map(([name, { mean }]) => [name, { predicted: mean || 0, measured: finite(measured?.entropy[name]?.mean) }]));
  return {
    backend: backendOf(loader), block, fetch, batch: job.batch, workers: job.workers,
    predicted_cells_per_second: predictRate(loader, costs, job.verified), cells_per_second: measured?.cellsPerSecond ?? null, entropy,
    bytes_per_worker: loader.plan.bytesPerWorker, measured_bytes_per_worker: measured?.bytesPerWorker ?? null, shared_bytes_per_worker: loader.plan.sharedBytesPerWorker, wait: measured?.wait ?? null,
    // Predicted, so that the answer does not hang on the minibatches that happened to be measured.
    mixed: floor === null || entropy[floor.label]!.predicted >= floor.bits,
  };
}

/** One epoch to its end; closes the loader. */
async function readEpoch(loader: Loader, predictedRate: number, host: DesignHost): Promise<{ seconds: number; cells: number }> {
  const start = performance.now();
  const pace = epochPace(loader.plan.length, predictedRate);
  let cells = 0;
  try {
    for await (const batch of loader.epoch(0, host.signal ? { signal: host.signal } : {})) {
      cells += batch.cells;
      pace.saw(batch.cells);
      host.onCells?.(cells, loader.plan.length, pace.estimate().leftSeconds);
    }
  } finally {
    await loader.close();
  }
  return { seconds: (performance.now() - start) / 1000, cells };
}

const readFrom = ({ backend, path }: Loader['plates'][number]): string => (backend === 'pack' ? packPath(path) : path);

function backendOf({ plates }: Loader): LoaderSetting['backend'] {
  const [first] = plates;
  return plates.every(({ backend }) => backend === first!.backend) ? first!.backend : 'file';
}

/** No diversity can be told of minibatches of one cell. */
const finite = (bits: number | undefined): number | null => (bits === undefined || Number.isNaN(bits) ? null : bits);

/** Cells of each class among `rows`, and last of those that are missing, which are told apart from the others too. */
function sizesOf({ values, categories }: LoaderLabel, rows: RowSet): number[] {
  const sizes = new Array<number>(categories.length + 1).fill(0);
  for (let position = 0; position < rows.length; position++) {
    const code = values[rows.at(position)]!;
    sizes[code < 0 ? categories.length : code]!++;
  }
  return sizes;
}

/** Labels of classes that all files have; a column of measurements, or of nothing, is none. */
async function labelsOf(sources: readonly LoaderSource[]): Promise<Map<string, LoaderLabel>> {
  const offered = offeredLabels(sources);
  const labels = new Map<string, LoaderLabel>();
  for (const name of classLabels.filter((one) => offered.includes(one))) {
    const label = await joinLabel(sources, name);
    if (label.kind === 'codes' && label.values.some((code) => code >= 0)) labels.set(name, label);
  }
  return labels;
}

/** Each size once; blocks of more cells than there are left out, which is noted. */
function fittingSizes(job: Job, cells: number): { blocks: (number | 'chunks')[]; fetches: number[]; notes: string[] } {
  const wanted = [...new Set(job.blocks)];
  const blocks = wanted.filter((block) => block === 'chunks' || block <= cells);
  const large = wanted.filter((block) => !blocks.includes(block)).join(', ');
  const reason = `there ${cells === 1 ? 'is only 1 cell' : `are only ${formatCount(cells)} cells`}; a block may hold at most as many`;
  if (blocks.length === 0) throw failure('invalid-parameter', { step: 'loader', parameter: 'block', value: large, reason });
  return { blocks, fetches: [...new Set(job.fetches)], notes: large === '' ? [] : [`Blocks of ${large} were left out: ${reason}.`] };
}
