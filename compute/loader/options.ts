/** What a loader is asked for, checked before anything is opened. */
import { availableParallelism } from 'node:os';
import { failure } from '../../protocol/errors.ts';
import type { Strategy } from '../sampling/index.ts';
import type { LoaderLabel, LoaderOptions, StrategyChoice } from './contract.ts';

/** Half the cores, 1 to 16. */
export function defaultWorkers(cores = availableParallelism()): number {
  return Math.max(1, Math.min(16, Math.floor(cores / 2)));
}

/** @throws invalid-parameter, always */
export function refuse(parameter: string, value: string, reason: string, cause?: unknown): never {
  throw failure('invalid-parameter', { step: 'loader', parameter, value, reason }, cause);
}

export function whole(parameter: string, value: number, least: number, greatest: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= greatest)) refuse(parameter, String(value), `a whole number of ${least} to ${greatest} is needed`);
}

function oneOf(parameter: string, value: string | undefined, known: readonly string[]): void {
  if (value !== undefined && !known.includes(value)) refuse(parameter, String(value), `one of ${known.join(', ')} is needed`);
}

export type LoaderNumbers = Required<Pick<LoaderOptions, 'batch' | 'fetchFactor' | 'seed' | 'workers' | 'rank' | 'ranks' | 'dropLast'>>;

const most = 2 ** 20;
const strategies: readonly StrategyChoice['kind'][] = ['streaming', 'blocks', 'chunks', 'weighted', 'balanced', 'quota'];

/** The numbers, with their defaults. @throws invalid-parameter */
export function checkedOptions(options: LoaderOptions): LoaderNumbers {
  const { batch = 64, fetchFactor = 64, seed = 0, workers = defaultWorkers(), rank = 0, ranks = 1, dropLast = false, prefetch, targetSum, strategy } = options;
  whole('batch', batch, 1, most);
  whole('fetch', fetchFactor, 1, most);
  whole('workers', workers, 0, 256);
  whole('ranks', ranks, 1, most);
  whole('rank', rank, 0, ranks - 1);
  if (prefetch !== undefined) whole('prefetch', prefetch, 1, most);
  if (targetSum !== undefined && !(targetSum > 0 && targetSum < Infinity)) refuse('targetSum', String(targetSum), 'the sum of every cell must be a number above 0');
  oneOf('join', options.join, ['same', 'inner', 'outer']);
  oneOf('backend', options.backend, ['auto', 'file', 'pack', 'memory']);
  oneOf('strategy', strategy.kind, strategies);
  const { fetch, fetchTransform, batch: batchHook } = options.hooks ?? {};
  if ((fetch ?? fetchTransform ?? batchHook) !== undefined) {
    if (workers > 0) refuse('hooks', 'functions', 'workers cannot take functions: give hooksModule a module that exports them, or use workers: 0');
    if (options.hooksModule !== undefined) refuse('hooks', 'functions', `hooksModule gives hooks too: export all of them from ${options.hooksModule}, or leave it out`);
  }
  return { batch, fetchFactor, seed, workers, rank, ranks, dropLast };
}

/** A strategy in codes instead of names. @throws invalid-parameter */
export function strategyOf(choice: StrategyChoice, labels: Readonly<Record<string, LoaderLabel>>): Strategy {
  if (!('label' in choice)) return choice;
  const { values, categories } = labels[choice.label]!;
  if (values instanceof Float32Array) return refuse('label', choice.label, 'it holds numbers, not classes');
  if (choice.kind === 'balanced') {
    const { label: _, ...rest } = choice;
    return { ...rest, codes: values, counted: 'subset' };
  }
  for (const name of Object.keys(choice.quota)) if (!categories.includes(name)) refuse('quota', name, `${choice.label} has no such label`);
  const quota = categories.map((name) => choice.quota[name] ?? 0);
  return { kind: 'quota', codes: values, quota, ...(choice.batches === undefined ? {} : { batches: choice.batches }) };
}
