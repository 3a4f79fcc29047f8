/** Looks for the fastest setting that mixes well enough: predicts every one of a grid, measures as asked, and says what it saw. */
import { availableParallelism, freemem } from 'node:os';
import type { LoaderAnswer, LoaderJob, LoaderSetting } from '../../protocol/loading.ts';
import { formatBytes } from '../../protocol/format.ts';
import { randomEntropy, simulateEntropy } from '../sampling/index.ts';
import { packPath } from '../stores/index.ts';
import type { Loader, LoaderLabel, LoaderOptions } from './contract.ts';
import { joinLabel } from './labels.ts';
import { openLoader } from './loader.ts';
import { measureLoader, publishedProtocol } from './measure.ts';
import { writeOrder } from './order-file.ts';
import { measureCosts, predictRate, type LoaderCosts } from './predict.ts';
import { dropFromCache } from './cold.ts';
import { epochPace, epochSeconds } from './pace.ts';
import { published, publishedSpeedups } from './published.table.ts';
import { memoryNeeded, openSources } from './sources.ts';

export interface DesignHost {
  readonly signal?: AbortSignal;
  onSetting?(done: number, total: number): void;
  /** While the whole epoch is read: cells so far, and seconds until its end. */
  onCells?(done: number, total: number, etaSeconds: number): void;
}

const wantedLabels = ['plate', 'sample', 'drug', 'cell_line', 'drugname_drugconc'];

/** Errors: those of openLoader. */
export async function designLoader(job: Omit<LoaderJob, 'kind' | 'id'>, host: DesignHost = {}): Promise<LoaderAnswer> {
  const sources = await openSources(job.files, job.verified, job.backend);
  try {
    const names = wantedLabels.filter((name) => name === 'plate' || sources.every((source) => source.columns.includes(name)));
    const labels = new Map<string, LoaderLabel>();
    for (const name of names) labels.set(name, await joinLabel(sources, name));
    const open = (block: number | 'chunks', fetch: number, workers: number): Promise<Loader> => {
      const options: LoaderOptions = {
        files: job.files, strategy: block === 'chunks' ? { kind: 'chunks' } : { kind: 'blocks', block }, batch: job.batch, fetchFactor: fetch, workers,
        seed: job.seed, labels: names, verified: job.verified, backend: job.backend,
      };
      return openLoader(options, { sources, labels });
    };
    const random = Object.fromEntries([...labels].map(([name, label]) => [name, randomEntropy(sizesOf(label), job.batch)]));
    const probe = await open(job.blocks[0]!, job.fetches[0]!, 0);
    const costs = await measureCosts(probe, job.verified);
    await probe.close();

    const grid: LoaderSetting[] = [];
    const total = job.blocks.length * job.fetches.length;
    for (const block of job.blocks) {
      for (const fetch of job.fetches) {
        const loader = await open(block, fetch, job.workers);
        try {
          grid.push(await trySetting(loader, block, fetch, job, costs, random, host.signal));
        } finally {
          await loader.close();
        }
        host.onSetting?.(grid.length, total);
      }
    }
    const rate = (setting: LoaderSetting): number => setting.cells_per_second ?? setting.predicted_cells_per_second;
    const fits = (setting: LoaderSetting): boolean => setting.bytes_per_worker * setting.workers <= freemem() / 2;
    const bits = (setting: LoaderSetting): number => setting.entropy['plate']!.measured ?? setting.entropy['plate']!.predicted;
    const good = grid.filter((setting) => setting.mixed && fits(setting));
    const best = good.length > 0 ? good.reduce((a, b) => (rate(b) > rate(a) ? b : a)) : grid.reduce((a, b) => (bits(b) > bits(a) ? b : a));
    const cells = sources.reduce((sum, source) => sum + source.cells, 0);
    const { backend, block, fetch, batch, workers } = best;
    let order: string[] = [];
    if (job.order !== null) {
      const chosen = await open(block, fetch, 0);
      order = writeOrder(chosen, job.order.folder, job.order.epochs);
      await chosen.close();
    }
    const epoch = job.epoch ? await readEpoch(await open(block, fetch, workers), best.predicted_cells_per_second, host) : null;
    return {
      cells,
      recommended: { backend, block, fetch, batch, workers, cells_per_second: rate(best), entropy: bits(best), entropy_random: random['plate']!, bytes_per_worker: best.bytes_per_worker },
      grid, random,
      epoch_seconds: epochSeconds(cells, rate(best)),
      predicted_epoch_seconds: epochSeconds(cells, best.predicted_cells_per_second),
      epoch,
      cache: job.cold ? 'cold' : 'warm',
      quick: job.warmSeconds < publishedProtocol.warmSeconds || job.seconds < publishedProtocol.seconds,
      warnings: warningsOf(grid, best, good.length, random, job, memoryNeeded(sources), probe.notes),
      published,
      speedups: publishedSpeedups,
      order,
    };
  } finally {
    sources.forEach((source) => source.close());
  }
}

async function trySetting(
  loader: Loader, block: number | 'chunks', fetch: number, job: Omit<LoaderJob, 'kind' | 'id'>, costs: LoaderCosts, random: Readonly<Record<string, number>>, signal?: AbortSignal,
): Promise<LoaderSetting> {
  const values = Object.fromEntries(Object.entries(loader.labels).map(([name, label]) => [name, label.values]));
  const simulated = simulateEntropy({ layout: loader.layout, entriesOf: (number) => loader.entries(0, number), labels: values });
  const predicted = predictRate(loader, costs, job.verified, job.workers, availableParallelism());
  const measured = job.seconds > 0 ? await measureLoader(loader, {
    warmSeconds: job.warmSeconds, seconds: job.seconds, ...(signal ? { signal } : {}), ...(job.cold ? { beforeEpoch: () => dropFromCache(loader.plates.map(readFrom)) } : {}),
  }) : null;
  const entropy = Object.fromEntries(Object.entries(simulated).map(([name, { mean }]) => [name, { predicted: mean, measured: measured?.entropy[name]?.mean ?? null }]));
  return {
    backend: backendOf(loader), block, fetch, batch: job.batch, workers: job.workers,
    predicted_cells_per_second: predicted, cells_per_second: measured?.cellsPerSecond ?? null, entropy,
    bytes_per_worker: loader.plan.bytesPerWorker, measured_bytes_per_worker: measured?.bytesPerWorker ?? null, shared_bytes_per_worker: loader.plan.sharedBytesPerWorker, wait: measured?.wait ?? null,
    // Predicted, so that the answer does not hang on the minibatches that happened to be measured.
    mixed: entropy['plate']!.predicted >= job.floor * random['plate']!,
  };
}

function warningsOf(
  grid: readonly LoaderSetting[], best: LoaderSetting, good: number, random: Readonly<Record<string, number>>, job: Omit<LoaderJob, 'kind' | 'id'>, decodedBytes: number, notes: readonly string[],
): string[] {
  const out: string[] = [...notes];
  if (good === 0) out.push(`No setting reaches ${Math.round(100 * job.floor)} % of the diversity of random minibatches within half of the free memory: the best mixed one is named. Use smaller blocks or larger fetches.`);
  const sample = best.entropy['sample'];
  if (sample && random['sample']! > 0 && sample.predicted < 0.97 * random['sample']!) {
    out.push(`Cells lie sorted by well inside the plates: a fetch of ${best.fetch * best.batch} cells holds few wells, and minibatches reach ${Math.round((100 * sample.predicted) / random['sample']!)} % of the diversity of samples (plates: ${Math.round((100 * best.entropy['plate']!.predicted) / random['plate']!)} %). Larger fetches, smaller blocks or a pack mix better.`);
  }
  for (const block of job.blocks) {
    const line = grid.filter((setting) => setting.block === block && setting.cells_per_second !== null);
    const fastest = line.reduce<LoaderSetting | null>((a, b) => (a === null || b.cells_per_second! > a.cells_per_second! ? b : a), null);
    const slower = line.find((setting) => fastest !== null && setting.fetch > fastest.fetch && setting.cells_per_second! < 0.95 * fastest.cells_per_second!);
    if (fastest && slower) out.push(`With block ${block} a fetch of ${slower.fetch} is slower than one of ${fastest.fetch}: larger is not always faster.`);
  }
  if (best.backend === 'file' && decodedBytes < freemem() / 2) {
    out.push(`All cells would take ${formatBytes(decodedBytes)} in memory, which is free: reading once and drawing from memory is the fastest way for many epochs. A pack (truckee pack build) comes close without the memory.`);
  }
  return out;
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

const sizesOf = ({ values, categories }: LoaderLabel): number[] => {
  const sizes = new Array<number>(categories.length).fill(0);
  for (const code of values) if (code >= 0) sizes[code]!++;
  return sizes;
};
