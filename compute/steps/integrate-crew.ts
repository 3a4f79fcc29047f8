/** The heavy parts of an integration on the run's worker threads. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { chooseKernels } from '../kernels/index.ts';
import type { Knn } from '../graph/knn.ts';
import type { Crew } from '../integration/crew.ts';
import type { Rows } from '../integration/search.ts';
import type { StepContext } from './contract.ts';

/** Fewer rows than this are not worth being shared out. */
const leastShare = 512;

/** What is needed of a step's context. */
type Workers = Pick<StepContext, 'workers' | 'call' | 'stopIfCancelled'>;

export async function workerCrew(context: Workers): Promise<Crew> {
  const kernels = await chooseKernels();
  const turn = limitTo(context.workers);
  return {
    kernels,
    neighbors: (rows, k) => sharedNeighbors(context, rows, k),
    cluster: (task) => turn(() => context.call('cluster', task)),
    transport: (task) => turn(() => context.call('transport', task)),
    async breathe() {
      await nextTurn();
      context.stopIfCancelled();
    },
  };
}

async function sharedNeighbors(context: Workers, { values, n, dims }: Rows, wanted: number): Promise<Knn> {
  const k = Math.max(0, Math.min(wanted, n - 1));
  const parts = Math.max(1, Math.min(context.workers, Math.ceil(n / leastShare)));
  const perPart = Math.ceil(n / parts);
  const found = await Promise.all(Array.from({ length: parts }, (_, part) => {
    const rowStart = Math.min(n, part * perPart);
    return context.call('nearest', { points: values, n, dims, k, metric: 'euclidean', rowStart, rowEnd: Math.min(n, rowStart + perPart) });
  }));
  const lists: Knn = { k, indices: new Int32Array(n * k), distances: new Float32Array(n * k) };
  let at = 0;
  for (const part of found) {
    lists.indices.set(part.indices, at);
    lists.distances.set(part.distances, at);
    at += part.indices.length;
  }
  return lists;
}

/** Lets at most `most` pieces of work run at once; the others wait for their turn. */
export function limitTo(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}
