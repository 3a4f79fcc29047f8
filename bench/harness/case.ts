/** What one bench file declares: two sides doing the same work on the same data, and the figure to reach. */
import type { DataName } from './data.ts';

/** One program to run; the harness adds thread limits to its environment. */
export interface Command {
  readonly argv: readonly string[];
}

/** The last JSON line a side prints; other fields are free. */
export interface Answer {
  /** Seconds of the work itself, without the start of the interpreter. */
  readonly seconds: number;
  readonly cells?: number;
  readonly [name: string]: unknown;
}

export interface Measured {
  readonly answer: Answer;
  readonly wallSeconds: number;
  /** User and system time of the whole process tree. */
  readonly cpuSeconds: number;
  readonly peakPssBytes: number;
  /** Result folders by step, where the side reported any. */
  readonly results: ReadonlyMap<string, string>;
}

export interface Round {
  /** Data files in plate order. */
  readonly files: readonly string[];
  readonly threads: number;
  /** An empty folder for this side and round, deleted afterwards. */
  readonly scratch: string;
  /** What our side measured in this round; null while it has not run. */
  readonly ours: Measured | null;
}

export interface Side {
  /** Untimed work before each run. */
  readonly prepare?: (round: Round) => Promise<void>;
  readonly command: (round: Round) => Command;
}

export interface PairedCase {
  readonly kind: 'paired';
  readonly title: string;
  /** The figure of the design, in words. */
  readonly reach: string;
  readonly metric: 'seconds' | 'memory';
  /** Peer / ours must be at least this. */
  readonly leastRatio: number;
  readonly data: DataName;
  readonly ours: Side;
  readonly peer: Side;
  /** Both sides must have done the same work: problems found, none when they agree. Runs before scratch is deleted. */
  readonly compare: (ours: Measured, peer: Measured, scratch: { ours: string; peer: string }) => Promise<string[]>;
}

export interface ScalingCase {
  readonly kind: 'scaling';
  readonly title: string;
  readonly reach: string;
  /** Growing sizes. */
  readonly data: readonly DataName[];
  /** What must stay level: CPU seconds per cell, or peak memory as a whole. */
  readonly metric: 'cpu-per-cell' | 'memory';
  /** Largest over smallest of the metric over all sizes. */
  readonly mostGrowth: number;
  /** Peak memory that no size may exceed. */
  readonly mostBytes?: number;
  /** CPU seconds that count; default those of the whole process tree. */
  readonly cpuOf?: (measured: Measured) => number;
  readonly ours: Side;
}

export type BenchCase = PairedCase | ScalingCase;
