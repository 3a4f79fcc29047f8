/** The worker threads of an engine: runs passes over all tiles, or single heavy calls, and stops both at once when told to. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TruckeeError, failure } from '../../protocol/errors.ts';
import type { CallName, CallTable } from '../calls/contract.ts';
import type { PassName } from '../passes/contract.ts';
import type { WorkerSetup } from './messages.ts';
import { runPass, type PassRequest } from './pass-queue.ts';
import { createSeats, send, type Seat } from './seats.ts';

export interface Pool {
  /** Most workers that calls and passes may have. */
  readonly size: number;
  readonly kernels: string;
  runPass<Name extends PassName>(request: PassRequest<Name>): Promise<void>;
  /** Runs one heavy function on a free worker; `onProgress` gets its counts. */
  call<Name extends CallName>(
    name: Name, payload: CallTable[Name]['payload'], onProgress?: (done: number, total: number, unit: string) => void,
  ): Promise<CallTable[Name]['result']>;
  /**
   * Between two pieces of work: no more workers than the next may have, and none that still holds the memory of the one
   * before.
   */
  fit(workers: number): Promise<void>;
  /** Makes everything in flight end with `cancelled`. */
  stop(): void;
  close(): Promise<void>;
}

/** A worker that holds more than this is replaced before the next step: its memory would count on top of what that one plans. */
const bulkyBytes = 24 * 2 ** 20;

export interface PoolOptions {
  readonly kernels: string | null;
  readonly memoryBytes: number;
  /** Another worker than the engine's own (tests). */
  startWorker?(setup: WorkerSetup): Worker;
}

export async function createPool(size: number, options: PoolOptions): Promise<Pool> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const setup: WorkerSetup = { stop, kernels: options.kernels, memoryBytes: options.memoryBytes };
  const own = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
  const threads = createSeats(() => options.startWorker?.(setup) ?? new Worker(own, { workerData: setup }));
  let cancelled = false;
  let rejectAll: Set<(error: unknown) => void> = new Set();
  // The first tells which kernels there are; others come when there is work for them.
  const seats = [await threads.open()];
  const busy = new Set<Seat>();
  /** Takes a seat at once, before anything is awaited: two calls made in one turn must not share one. */
  const takeSeat = async (): Promise<Seat> => {
    const free = seats.find((seat) => !busy.has(seat));
    if (free) {
      busy.add(free);
      if (free.broken) await threads.restart(free);
      return free;
    }
    const extra = await threads.open();
    seats.push(extra);
    busy.add(extra);
    return extra;
  };

  const stoppable = async <T>(work: () => Promise<T>): Promise<T> => {
    if (cancelled) throw failure('cancelled', { step: 'this step' });
    let reject: (error: unknown) => void = () => undefined;
    const aborted = new Promise<never>((_, r) => (reject = r));
    aborted.catch(() => undefined);
    rejectAll.add(reject);
    try {
      return await Promise.race([work(), aborted]);
    } finally {
      rejectAll.delete(reject);
    }
  };

  return {
    size,
    get kernels() {
      return threads.kernels;
    },
    runPass: (request) =>
      stoppable(async () => {
        const workers = Math.max(1, request.workers);
        seats.push(...(await Promise.all(Array.from({ length: Math.max(0, workers - seats.length) }, threads.open))));
        await runPass(request, seats.slice(0, workers), threads.restart);
      }),
    async fit(workers) {
      await Promise.all(seats.splice(Math.max(1, workers)).map(threads.close));
      await Promise.all(seats.filter((seat) => seat.heldBytes > bulkyBytes).map(threads.restart));
    },
    call: (name, payload, onProgress) =>
      stoppable(async () => {
        const seat = await takeSeat();
        try {
          return await callOn(seat, name, payload, onProgress);
        } finally {
          busy.delete(seat);
        }
      }),
    stop() {
      cancelled = true;
      Atomics.store(stop, 0, 1);
      for (const reject of rejectAll) reject(failure('cancelled', { step: 'this step' }));
      rejectAll = new Set();
    },
    async close() {
      await Promise.all(seats.map(threads.close));
    },
  };
}

let calls = 0;

function callOn<Name extends CallName>(
  seat: Seat, name: Name, payload: CallTable[Name]['payload'], onProgress?: (done: number, total: number, unit: string) => void,
): Promise<CallTable[Name]['result']> {
  const id = ++calls;
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      seat.listener = null;
      seat.onCrash = null;
    };
    seat.onCrash = (error) => {
      finish();
      reject(error.kind === 'worker-memory' ? failure('worker-memory', { step: name, chunkRows: 0 }, error) : error);
    };
    seat.listener = (message) => {
      if (message.kind === 'call-progress' && message.id === id) onProgress?.(message.done, message.total, message.unit);
      if (message.kind === 'failed') {
        finish();
        reject(new TruckeeError(message.error));
      }
      if (message.kind === 'called' && message.id === id) {
        finish();
        resolve(message.value as CallTable[Name]['result']);
      }
    };
    send(seat, { kind: 'call', id, name, payload });
  });
}
