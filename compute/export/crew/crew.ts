/**
 * The threads of an export: they read the rows of X and pack chunks, while their owner puts rows together and writes. Rows come
 * in the order of the tasks and chunks depend on nothing else, so that the file is the same for any number of threads.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { failure, TruckeeError } from '../../../protocol/errors.ts';
import { packsPerThread, tasksAhead } from '../../../steps/writing.ts';
import { zlibPacker, type ChunkPacker, type Packed } from '../../codecs/deflate/packer.ts';
import type { Plate } from '../../matrix/plates.ts';
import type { CsrRows } from '../../results/h5ad/sparse.ts';
import type { RowTask } from '../rows.ts';
import type { FromWorker, SpareRows, ToWorker } from './messages.ts';

export interface RowCrew {
  /** The rows of all tasks in order, each block valid until the next is asked for. Errors: those of reading, worker-memory, internal. */
  rows(plates: readonly Plate[], tasks: Iterable<RowTask>): AsyncGenerator<CsrRows, void, void>;
}

/** Packs level 1 of shuffled numbers itself and leaves all else to zlib. */
export interface Crew extends ChunkPacker, RowCrew {
  close(): Promise<void>;
}

interface Job {
  readonly message: Exclude<ToWorker, { kind: 'plates' }>;
  readonly moved: readonly ArrayBuffer[];
  readonly resolve: (answer: FromWorker) => void;
  readonly reject: (error: unknown) => void;
}

interface Hand {
  readonly worker: Worker;
  readonly doing: Map<number, Job>;
}

/** The next piece of work is there before a worker has finished the one at hand. */
const jobsPerHand = 2;

export function openCrew(threads: number): Crew {
  const hands = Array.from({ length: threads }, startHand);
  const packs: Job[] = [];
  const reads: Job[] = [];
  let broken: unknown = null;
  let ids = 0;

  const next = (): void => {
    // Packing first: it makes room.
    for (let queue = packs.length > 0 ? packs : reads; queue.length > 0; queue = packs.length > 0 ? packs : reads) {
      const free = hands.filter(({ doing }) => doing.size < jobsPerHand && (queue === packs || ![...doing.values()].some((job) => job.message.kind === 'read')));
      if (free.length === 0) return;
      const hand = free.reduce((least, other) => (other.doing.size < least.doing.size ? other : least));
      const job = queue.shift()!;
      hand.doing.set(job.message.id, job);
      hand.worker.postMessage(job.message, job.moved);
    }
  };
  const ask = (queue: Job[], message: Job['message'], moved: readonly ArrayBuffer[]): Promise<FromWorker> =>
    new Promise((resolve, reject) => {
      if (broken !== null) {
        reject(broken);
        return;
      }
      queue.push({ message, moved, resolve, reject });
      next();
    });
  const breakUp = (why: unknown): void => {
    broken ??= why;
    for (const job of [...packs.splice(0), ...reads.splice(0), ...hands.flatMap(({ doing }) => [...doing.values()])]) job.reject(broken);
  };

  function startHand(): Hand {
    const worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));
    const hand: Hand = { worker, doing: new Map() };
    worker.on('message', (message: FromWorker) => {
      const job = hand.doing.get(message.id);
      hand.doing.delete(message.id);
      if (message.kind === 'failed') job?.reject(new TruckeeError(message.error));
      else job?.resolve(message);
      next();
    });
    worker.on('error', (error) => breakUp(lost(error)));
    worker.on('exit', (code) => breakUp(lost(new Error(`it ended with code ${code}`))));
    return hand;
  }

  return {
    underWay: packsPerThread * threads,
    async pack(chunk, bytes, how): Promise<Packed> {
      if (how.level !== 1 || !how.shuffle) return zlibPacker.pack(chunk, bytes, how);
      const answer = await ask(packs, { kind: 'pack', id: ++ids, chunk, bytes, elementBytes: how.elementBytes }, [chunk]);
      if (answer.kind !== 'packed') throw failure('internal', { detail: `a chunk was answered by ${answer.kind}` });
      return { bytes: new Uint8Array(answer.chunk, 0, answer.bytes), spare: answer.chunk };
    },
    async *rows(plates, tasks) {
      for (const { worker } of hands) worker.postMessage({ kind: 'plates', plates } satisfies ToWorker);
      const spares: SpareRows[] = [];
      const waiting: Promise<FromWorker>[] = [];
      const first = async function* (): AsyncGenerator<CsrRows, void, void> {
        const answer = await waiting.shift()!;
        if (answer.kind !== 'rows') throw failure('internal', { detail: `rows were answered by ${answer.kind}` });
        yield answer;
        spares.push({ indices: answer.indices.buffer as ArrayBuffer, values: answer.values.buffer as ArrayBuffer });
      };
      for (const task of tasks) {
        const spare = spares.pop() ?? null;
        const asked = ask(reads, { kind: 'read', id: ++ids, task, spare }, spare === null ? [] : [spare.indices, spare.values]);
        // Awaited in its turn; without this an early failure would count as unhandled.
        asked.catch(() => undefined);
        waiting.push(asked);
        if (waiting.length >= threads + tasksAhead) yield* first();
      }
      while (waiting.length > 0) yield* first();
    },
    async close() {
      breakUp(failure('internal', { detail: 'work was given to a crew that had gone' }));
      await Promise.all(hands.map(({ worker }) => worker.terminate()));
    },
  };
}

/** Why a worker died: out of memory, or a defect. */
function lost(error: unknown): TruckeeError {
  const words = error instanceof Error ? error.message : String(error);
  const memory = (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') || /out of memory|allocation failed/i.test(words);
  return memory ? failure('worker-memory', { step: 'export', chunkRows: 0 }, error) : failure('internal', { detail: `a thread of the export failed: ${words}` }, error);
}
