/** What a step's runner gets and what it owes: read earlier results by slot, write its own into its folder. */
import type { Fingerprint } from '../../protocol/ids.ts';
import type { PlanFacts, StepPlan } from '../../protocol/plan.ts';
import type { StepId, StepParams } from '../../steps/table.ts';
import type { Plate, UnsharedGene } from '../matrix/plates.ts';
import type { PassName, PassTable, Reducer } from '../passes/contract.ts';
import type { Tile } from '../matrix/tiles.ts';
import type { CallName, CallTable } from '../calls/contract.ts';
import type { StoredArray, StoredValues } from '../results/array.ts';
import type { MatrixSpec } from '../stores/contract.ts';
import type { ColumnRef } from '../columns/file.ts';

/** The plates of a run with their genes in common order. */
export interface RunInput {
  readonly plates: readonly Plate[];
  readonly genes: readonly string[];
  readonly nObs: number;
  /** Per plate: genes of its file that not every plate has. */
  readonly unshared: readonly (readonly UnsharedGene[])[];
  /** Stored obs columns of all plates that name groups (categories, or few repeated words), in file order. */
  groupColumns(): Promise<readonly string[]>;
  /** Copies stored obs columns of every plate into flat files, each once. */
  prepareColumns(names: readonly string[]): Promise<void>;
  /** A stored embedding of every plate as a matrix. @throws missing-input when a plate has none of that name. */
  storedEmbedding(name: string): Promise<readonly MatrixSpec[]>;
  /** A prepared column, one entry per plate. */
  columnFiles(name: string): readonly ColumnRef[];
}

export interface PassState {
  /** Arrays to save in a checkpoint; restored into the same arrays by position in this record. */
  readonly arrays: Readonly<Record<string, StoredValues>>;
  /** Small values to save. */
  meta(): Readonly<Record<string, unknown>>;
  restore(meta: Readonly<Record<string, unknown>>): void;
  /** Called before each save, so that rows already written are on disk. */
  flush?(): void;
}

export interface PassOptions<Name extends PassName> {
  readonly spec: PassTable[Name]['spec'];
  readonly state: PassState;
  /** Made after the state is restored: it may open arrays for appending at the restored row. */
  start(): Reducer<PassTable[Name]['partial']>;
  /** Of the step it belongs to, when one step has several passes. */
  readonly part: string;
  /** Only these plates (numbered from 0 in the pass); all when left out. */
  readonly plates?: readonly Plate[];
}

export interface StepContext<Id extends StepId = StepId> {
  readonly id: Id;
  readonly params: StepParams<Id>;
  readonly fingerprint: Fingerprint;
  readonly seed: number;
  readonly plan: StepPlan;
  readonly input: RunInput;
  readonly workers: number;
  /**
   * Plans the step again for what only its inputs tell (genes chosen, say); passes after it keep to the new plan.
   * @throws memory-too-small
   */
  replan(known: Partial<PlanFacts>): void;
  /** The result folder in the making: everything in it is handed over. */
  readonly folder: string;
  /** Path of a result folder's slot written by the latest earlier step; undefined when no step of this run wrote it. */
  slot(name: string): string | undefined;
  /** Opens an array slot. @throws missing-input when nothing wrote it. */
  array(name: string): StoredArray;
  /** Small structured values of an earlier step (its uns/<name>.json). */
  facts<T>(name: string): T;
  /** Writes uns/<name>.json. */
  writeFacts(name: string, value: unknown): void;
  /** Runs a pass over X with checkpoints every 30 s and at plate borders; goes on from the last one when there is one. */
  runPass<Name extends PassName>(name: Name, options: PassOptions<Name>): Promise<void>;
  call<Name extends CallName>(name: Name, payload: CallTable[Name]['payload']): Promise<CallTable[Name]['result']>;
  progress(done: number, total: number, unit: string): void;
  note(text: string, level?: 'info' | 'warning'): void;
  /** Goes to provenance.json under outcome. */
  outcome(facts: Readonly<Record<string, unknown>>): void;
  /** Later steps of the run that have no result yet: a runner may do part of their work in its own pass. */
  readonly upcoming: readonly UpcomingStep[];
  /** Where a later step looks for its checkpoint. */
  readonly checkpointFolder: string;
  stopIfCancelled(): void;
}

export interface UpcomingStep {
  readonly id: StepId;
  readonly params: Readonly<Record<string, unknown>>;
  readonly fingerprint: Fingerprint;
  readonly checkpointFolder: string;
}

export type StepRunner<Id extends StepId> = (context: StepContext<Id>) => Promise<void>;

export type { Reducer, Tile };
