/** Alternating runs A B A B A B, so that a slow drift of the machine falls on both sides; medians of each. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured, PairedCase, Round, ScalingCase, Side } from './case.ts';
import { setCache, type CacheState } from './idle.ts';
import { measure } from './measure.ts';

export interface RunOptions {
  readonly rounds: number;
  readonly threads: number;
  readonly cache: CacheState;
  readonly scratchRoot: string;
}

export interface SideFigures {
  readonly seconds: readonly number[];
  readonly wallSeconds: readonly number[];
  readonly cpuSeconds: readonly number[];
  readonly peakPssBytes: readonly number[];
  readonly cells: number | null;
}

export interface PairedFigures {
  readonly ours: SideFigures;
  readonly peer: SideFigures;
  readonly problems: readonly string[];
}

export async function runPaired(paired: PairedCase, files: readonly string[], options: RunOptions): Promise<PairedFigures> {
  const ours: Measured[] = [];
  const peer: Measured[] = [];
  const problems: string[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    const scratch = { ours: newFolder(options), peer: newFolder(options) };
    try {
      const a = await runSide(paired.ours, { files, threads: options.threads, scratch: scratch.ours, ours: null }, options.cache);
      console.log(`round ${round} ours: ${describe(a)}`);
      const b = await runSide(paired.peer, { files, threads: options.threads, scratch: scratch.peer, ours: a }, options.cache);
      console.log(`round ${round} peer: ${describe(b)}`);
      ours.push(a);
      peer.push(b);
      // the same work every time: once is enough to compare what may take long
      if (round === 1) problems.push(...(await paired.compare(a, b, scratch)));
    } finally {
      rmSync(scratch.ours, { recursive: true, force: true });
      rmSync(scratch.peer, { recursive: true, force: true });
    }
  }
  return { ours: figures(ours), peer: figures(peer), problems };
}

export async function runScaling(scaling: ScalingCase, files: readonly string[], options: RunOptions): Promise<SideFigures> {
  const measured: Measured[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    const scratch = newFolder(options);
    try {
      const one = await runSide(scaling.ours, { files, threads: options.threads, scratch, ours: null }, options.cache);
      console.log(`  ${describe(one)}`);
      // Now, while its result folders are there.
      measured.push(scaling.cpuOf ? { ...one, cpuSeconds: scaling.cpuOf(one) } : one);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  return figures(measured);
}

async function runSide(side: Side, round: Round, cache: CacheState): Promise<Measured> {
  await side.prepare?.(round);
  await setCache(round.files, cache);
  return measure(side.command(round), round.threads);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function figures(measured: readonly Measured[]): SideFigures {
  return {
    seconds: measured.map((m) => m.answer.seconds),
    wallSeconds: measured.map((m) => m.wallSeconds),
    cpuSeconds: measured.map((m) => m.cpuSeconds),
    peakPssBytes: measured.map((m) => m.peakPssBytes),
    cells: measured[0]?.answer.cells ?? null,
  };
}

function describe(m: Measured): string {
  return `${m.answer.seconds.toFixed(2)} s, CPU ${m.cpuSeconds.toFixed(2)} s, peak ${(m.peakPssBytes / 2 ** 20).toFixed(0)} MiB`;
}

const newFolder = (options: RunOptions): string => mkdtempSync(join(options.scratchRoot, 'run-'));
