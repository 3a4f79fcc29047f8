/** One printed verdict and one JSON line per bench: enough to see later what was run, where, and how quiet it was. */
import { appendFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import type { PairedCase, ScalingCase } from './case.ts';
import { cellsIn } from './data.ts';
import { quietLoad } from './idle.ts';
import { median, type PairedFigures, type RunOptions, type SideFigures } from './rounds.ts';

export const resultsFile = join(import.meta.dirname, '..', 'results.jsonl');

export interface Circumstances {
  readonly name: string;
  readonly options: RunOptions;
  readonly loadAtStart: number;
  /** Files named by the caller instead of the bench's own data set; null for that set. */
  readonly givenFiles: readonly string[] | null;
}

/** Prints and records a paired bench; true when the figure was reached and both sides agree. */
export function reportPaired(paired: PairedCase, figures: PairedFigures, at: Circumstances): boolean {
  const of = (side: SideFigures): readonly number[] => (paired.metric === 'memory' ? side.peakPssBytes : side.seconds);
  const ratio = median(of(figures.peer)) / median(of(figures.ours));
  const cpuRatio = median(figures.peer.cpuSeconds) / median(figures.ours.cpuSeconds);
  const memoryRatio = median(figures.peer.peakPssBytes) / median(figures.ours.peakPssBytes);
  const met = ratio >= paired.leastRatio && figures.problems.length === 0;
  for (const problem of figures.problems) console.log(`DIFFERENT WORK: ${problem}`);
  console.log(`${at.name}: ${ratio.toFixed(2)}x (CPU ${cpuRatio.toFixed(2)}x, memory ${memoryRatio.toFixed(2)}x) ${met ? 'reached' : 'MISSED'}: ${paired.reach}`);
  record({
    ...common(at), metric: paired.metric, data: at.givenFiles ? null : paired.data, ratio: round(ratio), cpuRatio: round(cpuRatio), memoryRatio: round(memoryRatio),
    leastRatio: paired.leastRatio, met, problems: figures.problems, ours: medians(figures.ours), peer: medians(figures.peer),
  });
  return met;
}

/** Prints and records CPU seconds per cell and peak memory over growing sizes; true when the metric stays level. */
export function reportScaling(scaling: ScalingCase, sizes: readonly SideFigures[], at: Circumstances): boolean {
  const cells = scaling.data.map(cellsIn);
  const perCell = sizes.map((size, i) => median(size.cpuSeconds) / cells[i]!);
  const peaks = sizes.map((size) => median(size.peakPssBytes));
  const levels = scaling.metric === 'memory' ? peaks : perCell;
  const growth = Math.max(...levels) / Math.min(...levels);
  const inside = Math.max(...peaks) <= (scaling.mostBytes ?? Number.POSITIVE_INFINITY);
  const met = growth <= scaling.mostGrowth && inside;
  sizes.forEach((_, i) => {
    console.log(`  ${cells[i]} cells: ${(perCell[i]! * 1e6).toFixed(1)} CPU microseconds per cell, peak ${(peaks[i]! / 2 ** 20).toFixed(0)} MiB`);
  });
  console.log(`${at.name}: ${scaling.metric} varies ${growth.toFixed(2)}x ${met ? 'reached' : 'MISSED'}: ${scaling.reach}`);
  record({
    ...common(at), metric: scaling.metric, data: scaling.data, ratio: round(growth), mostGrowth: scaling.mostGrowth, met,
    sizes: sizes.map((size, i) => ({ ...medians(size), cells: cells[i] })),
  });
  return met;
}

function common({ name, options, loadAtStart, givenFiles }: Circumstances): Record<string, unknown> {
  return {
    bench: name, at: new Date().toISOString(), cache: options.cache, threads: options.threads, rounds: options.rounds,
    givenFiles: givenFiles?.map((file) => basename(file)) ?? null, loadAtStart, quiet: loadAtStart <= quietLoad, machine: machine(), node: process.version,
  };
}

export function machine(): string {
  return `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}`;
}

function medians(side: SideFigures): Record<string, unknown> {
  return {
    cells: side.cells, seconds: round(median(side.seconds)), wallSeconds: round(median(side.wallSeconds)),
    cpuSeconds: round(median(side.cpuSeconds)), peakPssBytes: median(side.peakPssBytes), allSeconds: side.seconds.map(round),
  };
}

const round = (value: number): number => Number(value.toPrecision(4));

function record(line: Record<string, unknown>): void {
  appendFileSync(resultsFile, `${JSON.stringify(line)}\n`);
}
