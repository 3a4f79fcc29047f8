/** A block of genes: read from gene order, tested in every stratum of a plate, written into the strata's tables. */
import { closeSync, openSync } from 'node:fs';
import { systemFailure } from '../../protocol/errors.ts';
import { writeNumbers } from '../results/parquet/block-table.ts';
import { log2FoldChange, percentChange } from '../statistics/index.ts';
import { numberColumnNames, numberColumns, type BlockNumbers, type CellArrays, type DeSettings, type Samples, type Stratum } from './contract.ts';
import { openEntries } from './entries.ts';
import { readPiece, type GenePiece, type Segment } from './gene-order.ts';
import { openGeneTest } from './gene-tests.ts';
import { openSides } from './sides.ts';

/** A plate's comparisons as a worker gets them. */
export interface PlateComparison {
  readonly cells: CellArrays;
  /** Per slot: its cells, and the sum over all genes of their (normalised) counts. */
  readonly slotCells: Float64Array;
  readonly slotTotals: Float64Array;
  readonly samples: Samples | null;
  readonly strata: readonly Stratum[];
  readonly settings: DeSettings;
  /** Tested genes. */
  readonly genes: number;
}

/** Tests genes [from, to) and writes their numbers; `pulse` is called after each gene. */
export function runGeneBlock(comparison: PlateComparison, segments: readonly Segment[], from: number, to: number, pulse: () => void): void {
  const pieces = segments.map((segment) => readPiece(segment, comparison.genes, from, to)).filter((piece) => piece.rows.length > 0);
  const needed = comparison.strata.reduce((sum, one) => sum + one.targets, 0) * (to - from) * numberColumnNames.length;
  if (kept.length < needed) kept = new Float64Array(needed);
  let used = 0;
  const room: Room = (length) => kept.subarray(used, (used += length));
  writeBlock(comparison, from, testGenes(comparison, pieces, to - from, pulse, room));
}

/** Gives out room for numbers. */
type Room = (length: number) => Float64Array;
/** The room of the block before, for the next one: megabytes left to the collector would count on top of the plan. */
let kept = new Float64Array(0);
let keptSingle = new Float32Array(0);

/** Per stratum the numbers of `genes` genes of the pieces. */
export function testGenes(comparison: PlateComparison, pieces: readonly GenePiece[], genes: number, pulse: () => void, room: Room = (length) => new Float64Array(length)): BlockNumbers[] {
  const { strata, slotCells, samples, settings } = comparison;
  const reader = openEntries(comparison.cells, slotCells.length, samples?.library.length ?? 0);
  const test = openGeneTest(settings, slotCells, samples);
  const sidesOf = openSides(comparison);
  const { eps, cpmFilter } = settings;
  const out = strata.map(({ targets }) => numbersIn(room, targets * genes));
  for (let gene = 0; gene < genes; gene++) {
    const entries = reader.read(pieces, gene);
    strata.forEach((stratum, at) => {
      const numbers = out[at]!;
      const sides = sidesOf(entries, stratum);
      test(entries, stratum, (target, { statistic, p, logP }) => {
        const to = target * genes + gene;
        const own = sides.own(target);
        const reference = sides.reference(target);
        numbers.target_mean[to] = own.mean;
        numbers.ref_mean[to] = reference.mean;
        numbers.log2_fold_change[to] = log2FoldChange(own.mean, reference.mean, eps);
        numbers.percent_change[to] = percentChange(own.mean, reference.mean, eps);
        numbers.p_value[to] = p;
        numbers.statistic[to] = statistic;
        // Not yet a rate: what is NaN here is left out of the correction.
        numbers.fdr[to] = cpmFilter !== null && own.perMillion <= cpmFilter && reference.perMillion <= cpmFilter ? Number.NaN : 0;
        numbers.neg_log10_p[to] = logP === 0 ? 0 : -logP / Math.LN10;
        numbers.pct_expressed_target[to] = own.share;
        numbers.pct_expressed_ref[to] = reference.share;
      });
    });
    pulse();
  }
  return out;
}

function numbersIn(room: Room, length: number): BlockNumbers {
  return Object.fromEntries(numberColumnNames.map((name) => [name, room(length)])) as BlockNumbers;
}

function single(values: Float64Array): Float32Array {
  if (keptSingle.length < values.length) keptSingle = new Float32Array(values.length);
  keptSingle.set(values);
  return keptSingle.subarray(0, values.length);
}

function writeBlock({ strata }: PlateComparison, from: number, blocks: readonly BlockNumbers[]): void {
  strata.forEach(({ path, places, targets }, at) => {
    try {
      const fd = openSync(path, 'r+');
      try {
        for (const name of numberColumnNames) {
          const values = blocks[at]![name];
          const genes = values.length / targets;
          const stored = numberColumns[name] ? single(values) : values;
          for (let target = 0; target < targets; target++) writeNumbers(fd, places, name, target, from, stored.subarray(target * genes, (target + 1) * genes));
        }
      } finally {
        closeSync(fd);
      }
    } catch (cause) {
      throw systemFailure(cause, path) ?? cause;
    }
  });
}

/** Bytes that a block of genes takes while it is worked on, for so many entries and targets. */
export function blockBytes(entries: number, genes: number, targets: number): number {
  return 3 * entries + 8 * genes * targets * numberColumnNames.length;
}
