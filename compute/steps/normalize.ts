/** Runs `normalize`: finds the target sum of each plate. The division itself happens while X is read. */
import { join } from 'node:path';
import { createArray, openStored, type ArrayWriter } from '../results/array.ts';
import { medianOfPositive } from '../statistics/index.ts';
import type { StepContext } from './contract.ts';
import { flagsPerPlate } from './sums.ts';
import { keptGenes, keptRows } from './upstream.ts';

export interface NormalizeFacts {
  /** Target sum of each plate; 0 for a plate without counts. */
  readonly targets: readonly number[];
  /** Slot of the totals each cell is divided by. */
  readonly totals: string;
}

export async function runNormalize(context: StepContext<'normalize'>): Promise<void> {
  const { input, params } = context;
  const genes = keptGenes(context);
  let totals = 'obs/total_counts';
  let counted = genes ?? new Uint8Array(input.genes.length).fill(1);
  let excluded = 0;
  if (params.exclude_highly_expressed) {
    const dominating = await findDominating(context, counted, params.max_fraction);
    excluded = dominating.reduce((n, flag) => n + flag, 0);
    counted = counted.map((flag, gene) => flag & (1 - dominating[gene]!));
  }
  if (params.exclude_highly_expressed || genes || !context.slot(totals)) {
    totals = 'obs/normalize_total';
    await writeTotals(context, counted);
  }
  const path = totals === 'obs/normalize_total' ? join(context.folder, 'obs', 'normalize_total') : context.array(totals).path;
  const targets = params.target_sum === null ? medians(context, path) : input.plates.map(() => params.target_sum!);
  const facts: NormalizeFacts = { targets, totals };
  context.writeFacts('normalize', facts);
  context.outcome({ target_sum_per_plate: targets, genes_excluded: excluded, empty_cells: countEmpty(context, path) });
}

function medians(context: StepContext<'normalize'>, path: string): number[] {
  const { input, params } = context;
  if (params.global_target) {
    const median = medianBetween(context, path, 0, input.nObs);
    return input.plates.map(() => median);
  }
  return input.plates.map((plate) => medianBetween(context, path, plate.rowOffset, plate.rowOffset + plate.nObs));
}

/** 0 where no kept cell has counts: there is nothing to scale then. */
function medianBetween(context: StepContext<'normalize'>, path: string, start: number, end: number): number {
  const median = medianOfPositive(() => keptTotals(context, path, start, end));
  return Number.isNaN(median) ? 0 : median;
}

/** Totals of kept cells in slices; dropped cells become 0, which the median ignores. */
function* keptTotals(context: StepContext<'normalize'>, path: string, start: number, end: number): Generator<Float64Array> {
  const totals = openStored(path);
  const { keep } = keptRows(context);
  const mask = keep === null ? null : openStored(keep);
  for (let row = start; row < end; row += sliceRows) {
    const to = Math.min(end, row + sliceRows);
    const values = Float64Array.from(totals.read(row, to));
    const flags = mask?.read(row, to);
    if (flags) values.forEach((_, i) => flags[i] === 0 && (values[i] = 0));
    yield values;
  }
}

const sliceRows = 262_144;

function countEmpty(context: StepContext<'normalize'>, path: string): number {
  const { keep } = keptRows(context);
  const totals = openStored(path);
  const mask = keep === null ? null : openStored(keep);
  let empty = 0;
  for (let row = 0; row < context.input.nObs; row += sliceRows) {
    const values = totals.read(row, row + sliceRows);
    const flags = mask?.read(row, row + sliceRows);
    values.forEach((total, i) => (empty += Number(total === 0 && flags?.[i] !== 0)));
  }
  return empty;
}

/** Genes that make up more than maxFraction of some kept cell; one flag per common gene. */
async function findDominating(context: StepContext<'normalize'>, counted: Uint8Array, maxFraction: number): Promise<Uint8Array> {
  const { input } = context;
  const dominating = new Uint8Array(input.genes.length);
  await context.runPass('totals', {
    spec: {
      counted: flagsPerPlate(input.plates, counted, 1), dominating: { fraction: maxFraction, keep: keptRows(context).keep },
      slots: input.plates.map((plate) => plate.spec.facts.slot),
    },
    part: 'dominating',
    state: { arrays: { dominating }, meta: () => ({}), restore: () => undefined },
    start: () => ({
      add(partial, tile) {
        const { toCommon } = input.plates[tile.plate]!;
        partial.dominates?.forEach((flag, gene) => {
          const common = toCommon ? toCommon[gene]! : gene;
          if (flag === 1 && common >= 0) dominating[common] = 1;
        });
      },
    }),
  });
  return dominating;
}

async function writeTotals(context: StepContext<'normalize'>, counted: Uint8Array): Promise<void> {
  const { input } = context;
  let writer: ArrayWriter | null = null;
  let rows = 0;
  await context.runPass('totals', {
    spec: { counted: flagsPerPlate(input.plates, counted, 1), dominating: null, slots: input.plates.map((plate) => plate.spec.facts.slot) },
    part: 'totals',
    state: { arrays: {}, meta: () => ({ rows }), restore: (meta) => void (rows = Number(meta['rows'])), flush: () => writer?.sync() },
    start() {
      writer = createArray(join(context.folder, 'obs', 'normalize_total'), { dtype: 'float64', shape: [input.nObs] }, rows);
      return {
        add(partial) {
          writer!.append(partial.totals);
          rows += partial.totals.length;
        },
      };
    },
  });
  writer!.close();
}
