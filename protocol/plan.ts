/** What a step will need, said before it runs: numbers that preflight judges and the engine keeps to. */
import type { InputFacts } from './matrix.ts';

/** The machine and what the user allows of it. */
export interface Hardware {
  readonly cores: number;
  /** Worker threads a pass may use. */
  readonly workers: number;
  /** Bytes that host, engine and workers may use together. */
  readonly memoryBytes: number;
  readonly diskFreeBytes: number;
}

/** Input facts plus what earlier steps of the same recipe will have produced (upper bounds). */
export interface PlanFacts extends InputFacts {
  /** Genes chosen by hvg; all genes before it. */
  readonly selectedGenes: number;
  /** Columns of X_pca; 0 before pca. */
  readonly components: number;
  /** Cells that neighbors, umap and leiden see; nObs before subset. */
  readonly graphCells: number;
  readonly neighbors: number;
}

export interface StepPlan {
  /** Peak of engine and workers while this step runs. */
  readonly ramBytes: number;
  readonly diskBytes: number;
  readonly seconds: number;
  /** What past runs on this machine have multiplied `seconds` by; absent where nothing is known yet. */
  readonly calibratedBy?: number;
  /** What past runs let expect: `ramBytes` and `diskBytes` are bounds and stay; absent where nothing is known yet. */
  readonly expectedRamBytes?: number;
  readonly expectedDiskBytes?: number;
  /** Rows read at a time by one worker; whole tiles of 4,096 except on very small budgets. */
  readonly chunkRows: number;
  /** Stored entries of one decoded block at most: the bound that holds whatever the density of the rows. */
  readonly chunkStored: number;
  readonly workers: number;
  /** Passes over X. */
  readonly passes: number;
  readonly resumable: 'checkpoint' | 'restart';
  readonly notes: readonly string[];
}
