/** One plate of a comparison: X once into gene order, blocks of genes tested on all workers, then the correction. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { deFolder } from '../../steps/de.ts';
import { blockBytes, type PlateComparison } from '../differential/block.ts';
import { numberColumnNames, numberColumns, type Stratum } from '../differential/contract.ts';
import type { TopGenes } from '../differential/finish.ts';
import { segmentsOf, tileFile, type Segment } from '../differential/gene-order.ts';
import { composeGeneMap } from '../matrix/plates.ts';
import { tilesOf } from '../matrix/tiles.ts';
import { createArray, openStored, readFloat64, writeArray, type ArrayWriter } from '../results/array.ts';
import { loadCheckpoint, saveCheckpoint } from '../results/checkpoint.ts';
import { createBlockTable, type BlockColumn, type BlockPlaces } from '../results/parquet/block-table.ts';
import type { StepContext } from './contract.ts';
import type { PlateGroups, PlateStratum } from './de-groups.ts';
import { limitTo } from './integrate-crew.ts';

type Context = StepContext<'de'>;

/** Common genes that are tested, and where each is among them. */
export interface TestedGenes {
  readonly names: readonly string[];
  readonly position: Int32Array;
  readonly all: boolean;
}

export interface Ordered {
  readonly totals: Float64Array;
  /** Entries per tested gene. */
  readonly entries: Float64Array;
  readonly segments: readonly Segment[];
}

const spoolOf = (context: Context, plate: number): string => join(context.checkpointFolder, `genes-${plate}`);

/** Reads X of the plate once. */
export async function orderByGene(context: Context, at: number, groups: PlateGroups, genes: TestedGenes): Promise<Ordered> {
  const plate = context.input.plates[at]!;
  const folder = spoolOf(context, at);
  mkdirSync(folder, { recursive: true });
  writeArray(join(folder, 'taking'), groups.slot);
  const entries = new Float64Array(genes.names.length);
  let writer: ArrayWriter | null = null;
  let rows = 0;
  await context.runPass('geneOrder', {
    plates: [plate], part: `genes-${at}`,
    spec: {
      taking: [join(folder, 'taking')], geneMaps: [composeGeneMap(plate, genes.position)], genes: genes.names.length, allInTotals: genes.all, folder,
      slots: [plate.spec.facts.slot],
    },
    state: { arrays: { entries }, meta: () => ({ rows }), restore: (meta) => void (rows = Number(meta['rows'])), flush: () => writer?.sync() },
    start() {
      writer = createArray(join(folder, 'totals'), { dtype: 'float64', shape: [plate.nObs] }, rows);
      return {
        add(partial) {
          writer!.append(partial.totals);
          rows += partial.totals.length;
          for (let gene = 0; gene < entries.length; gene++) entries[gene]! += partial.entries[gene]!;
        },
      };
    },
  });
  writer!.close();
  const segments = tilesOf([plate]).flatMap((tile) => {
    const path = tileFile(folder, tile.index);
    return segmentsOf(path, tile.rowStart, genes.names.length, statSync(path).size);
  });
  return { totals: readFloat64(openStored(join(folder, 'totals'))), entries, segments };
}

/** What was read of a plate is of no use after it. */
export function dropOrder(context: Context, at: number): void {
  rmSync(spoolOf(context, at), { recursive: true, force: true });
}

/** Tables of all strata of a plate, empty; those of an earlier attempt as they are. @throws disk-too-small, disk-full. */
export function makeTables(context: Context, files: readonly string[], strata: readonly PlateStratum[], genes: TestedGenes, earlier: readonly BlockPlaces[] | null): Stratum[] {
  const folder = join(context.folder, deFolder);
  mkdirSync(folder, { recursive: true });
  const path = (i: number): string => join(folder, files[i]!);
  const place = ({ base, targets }: PlateStratum): Omit<Stratum, 'path' | 'places'> => ({ base, targets: targets.length, rest: context.params.mode === 'all', onTarget: null });
  if (earlier && earlier.every((places, i) => existsSync(path(i)) && statSync(path(i)).size === places.bytes)) {
    return strata.map((stratum, i) => ({ ...place(stratum), path: path(i), places: earlier[i]! }));
  }
  const rowBytes = numberColumnNames.reduce((sum, name) => sum + (numberColumns[name] ? 4 : 8), 0) + 2;
  const neededBytes = strata.reduce((sum, one) => sum + one.targets.length, 0) * genes.names.length * rowBytes;
  const { bavail, bsize } = statfsSync(folder);
  if (neededBytes > bavail * bsize) throw failure('disk-too-small', { path: folder, neededBytes, availableBytes: bavail * bsize });
  return strata.map((stratum, i) => ({
    ...place(stratum), path: path(i),
    places: createBlockTable(path(i), columnsOf(stratum, genes.names), genes.names.length, stratum.targets.length),
  }));
}

function columnsOf({ targets }: PlateStratum, genes: readonly string[]): BlockColumn[] {
  const number = (name: keyof typeof numberColumns): BlockColumn => ({ name, kind: 'number', single: numberColumns[name] });
  return [
    { name: 'target', kind: 'block-label', values: targets.map((one) => one.target) }, { name: 'feature', kind: 'row-label', values: genes },
    number('target_mean'), number('ref_mean'),
    { name: 'target_membership', kind: 'block-count', values: targets.map((one) => one.cells) }, { name: 'ref_membership', kind: 'block-count', values: targets.map((one) => one.referenceCells) },
    ...numberColumnNames.filter((name) => name !== 'target_mean' && name !== 'ref_mean').map(number),
  ];
}

/** How often progress within a plate is saved; changed only to try interruptions out. */
function checkpointMs(): number {
  const seconds = Number(process.env['TRUCKEE_CHECKPOINT_SECONDS'] ?? 30);
  return (seconds >= 0 ? seconds : 30) * 1000;
}

const mostBlockBytes = 12 * 2 ** 20;
const mostBlockGenes = 1024;

/** Ends of consecutive blocks of genes, from gene `from` on: small enough for a worker, and several for each. */
function blockEnds(entries: Float64Array, from: number, targets: number, workers: number): number[] {
  const ends: number[] = [];
  const most = Math.max(1, Math.min(mostBlockGenes, Math.ceil(entries.length / (4 * workers))));
  let [start, held] = [from, 0];
  for (let gene = from; gene < entries.length; gene++) {
    held += entries[gene]!;
    const full = gene + 1 - start >= most || blockBytes(held, gene + 1 - start, targets) >= mostBlockBytes;
    if (!full && gene + 1 < entries.length) continue;
    ends.push(gene + 1);
    [start, held] = [gene + 1, 0];
  }
  return ends;
}

/** Tests all genes, going on where an earlier attempt stopped, then corrects every target. */
export async function testPlate(context: Context, at: number, comparison: PlateComparison, { entries, segments }: Ordered, earlierTables: boolean): Promise<TopGenes[][]> {
  const folder = join(context.checkpointFolder, `tested-${at}`);
  const tag = `${context.fingerprint}:de:${at}`;
  const saved = earlierTables ? loadCheckpoint(folder, tag) : null;
  const places = comparison.strata.map((one) => one.places);
  let sequence = saved?.sequence ?? 0;
  let done = saved?.tilesDone ?? 0;
  if (done > 0) context.note(`going on at gene ${done + 1} of ${entries.length}: what comes before is tested`);
  const save = (): void => {
    for (const { path } of comparison.strata) syncFile(path);
    saveCheckpoint(folder, { sequence: ++sequence, tag, tilesDone: done, meta: { places }, arrays: {} });
  };
  if (!saved) save();
  const targets = comparison.strata.reduce((sum, one) => sum + one.targets, 0);
  const ends = blockEnds(entries, done, targets, context.workers);
  let lastSave = performance.now();
  for (let next = 0; next < ends.length; ) {
    const wave = ends.slice(next, next + 2 * context.workers);
    const turn = limitTo(context.workers);
    await Promise.all(wave.map((to, i) => turn(() => context.call('geneBlock', { comparison, segments, from: i === 0 ? done : wave[i - 1]!, to }))));
    done = wave.at(-1)!;
    next += wave.length;
    context.progress(done, entries.length, 'genes tested');
    context.stopIfCancelled();
    if (done < entries.length && performance.now() - lastSave >= checkpointMs()) {
      save();
      lastSave = performance.now();
    }
  }
  return correct(context, comparison.strata);
}

/** The places of an earlier attempt's tables; null when there is none. */
export function earlierPlaces(context: Context, at: number): readonly BlockPlaces[] | null {
  const saved = loadCheckpoint(join(context.checkpointFolder, `tested-${at}`), `${context.fingerprint}:de:${at}`);
  return saved === null ? null : (saved.meta['places'] as readonly BlockPlaces[]);
}

const targetsPerCall = 4;

async function correct(context: Context, strata: readonly Stratum[]): Promise<TopGenes[][]> {
  const turn = limitTo(context.workers);
  const total = strata.reduce((sum, one) => sum + one.targets, 0);
  let done = 0;
  return Promise.all(strata.map(async (stratum) => {
    const starts = Array.from({ length: Math.ceil(stratum.targets / targetsPerCall) }, (_, i) => i * targetsPerCall);
    const parts = await Promise.all(starts.map((from) => turn(async () => {
      const to = Math.min(stratum.targets, from + targetsPerCall);
      const found = await context.call('correct', { stratum, from, to, nTop: context.params.n_top });
      done += to - from;
      context.progress(done, total, 'conditions corrected');
      return found;
    })));
    return parts.flat();
  }));
}

function syncFile(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
