/** The heavy parts of an integration on the run's worker threads. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { chooseKernels } from '../kernels/index.ts';
import type { Knn } from '../graph/knn.ts';
import type { Crew } from '../integration/crew.ts';
import { makeLists } from '../integration/lists.ts';
import { shared } from '../integration/loop.ts';
import type { StepContext } from './contract.ts';

/** What is needed of a step's context. */
type Workers = Pick<StepContext, 'workers' | 'call' | 'stopIfCancelled'>;

export async function workerCrew(context: Workers): Promise<Crew> {
  const kernels = await chooseKernels();
  const turn = limitTo(context.workers);
  return {
    kernels,
    neighbors: listedNeighbors(context),
    cluster: (task) => turn(() => context.call('cluster', task)),
    transport: (task) => turn(() => context.call('transport', task)),
    async breathe() {
      await nextTurn();
      context.stopIfCancelled();
    },
  };
}

/** Up to this many rows all pairs are compared: sorting them into lists would cost more than it saves. */
const fewRows = 4096;

/** The same neighbours as comparing all pairs, by lists; how rows are shared among lists is found once per number of rows. */
function listedNeighbors(context: Workers): Crew['neighbors'] {
  const partitions = new Map<number, Int32Array>();
  return async (rows, wanted) => {
    const { values, n, dims } = rows;
    const k = Math.max(0, Math.min(wanted, n - 1));
    if (n <= fewRows) return context.call('nearest', { points: values, n, dims, k, metric: 'euclidean', rowStart: 0, rowEnd: n });
    const knn: Knn = { k, indices: new Int32Array(n * k), distances: new Float32Array(n * k) };
    const listOf = partitions.get(n) ?? (await context.call('partition', { rows, seed: 0 }));
    partitions.set(n, listOf);
    const lists = makeLists(rows, listOf, shared(values.length));
    const perPart = Math.ceil(n / context.workers);
    await Promise.all(Array.from({ length: context.workers }, async (_, part) => {
      const start = Math.min(n, part * perPart);
      const found = await context.call('listed', { lists, start, end: Math.min(n, start + perPart), k });
      for (let e = 0; e < found.indices.length; e++) {
        const to = lists.order[start + Math.floor(e / k)]! * k + (e % k);
        knn.indices[to] = found.indices[e]!;
        knn.distances[to] = Math.sqrt(found.squared[e]!);
      }
    }));
    return knn;
  };
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
