/** Worker threads as seats: a seat stays, the worker on it may die and be replaced, and every death has a typed reason. */
import type { Worker } from 'node:worker_threads';
import { TruckeeError, failure } from '../../protocol/errors.ts';
import type { FromWorker, ToWorker } from './messages.ts';

export interface Seat {
  worker: Worker;
  listener: ((message: FromWorker) => void) | null;
  onCrash: ((error: TruckeeError) => void) | null;
  /** Why its worker no longer runs; null while it does. */
  broken: TruckeeError | null;
  /** Of its worker's kernel memory, as last told. */
  heldBytes: number;
}

export interface Seats {
  /** Name of the kernel set that the workers chose. */
  readonly kernels: string;
  open(): Promise<Seat>;
  /** Puts a new worker on the seat, whatever state the old one is in. */
  restart(seat: Seat): Promise<void>;
  close(seat: Seat): Promise<void>;
}

export function createSeats(startWorker: () => Worker): Seats {
  let kernels = 'cpu';
  const start = (seat: Seat): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = startWorker();
      seat.worker = worker;
      seat.broken = null;
      seat.heldBytes = 0;
      const crashed = (error: unknown): void => {
        // A worker that was replaced or given up has nothing more to say.
        if (seat.worker !== worker || seat.broken) return;
        seat.broken = failureOf(error);
        reject(seat.broken);
        seat.onCrash?.(seat.broken);
      };
      worker.on('message', (message: FromWorker) => {
        if (seat.worker !== worker || seat.broken) return;
        if (message.kind === 'ready') {
          kernels = message.kernels;
          resolve();
          return;
        }
        if (message.kind === 'tiles-done' || message.kind === 'called') seat.heldBytes = message.heldBytes;
        seat.listener?.(message);
      });
      worker.on('error', crashed);
      worker.on('exit', (code) => crashed(new Error(`it ended with code ${code}`)));
    });
  const end = async (seat: Seat): Promise<void> => {
    seat.broken ??= failure('internal', { detail: 'a worker was used after it had been closed' });
    await seat.worker.terminate();
  };
  return {
    get kernels() {
      return kernels;
    },
    async open() {
      const seat = { listener: null, onCrash: null, broken: null, heldBytes: 0 } as Partial<Seat> as Seat;
      await start(seat);
      return seat;
    },
    async restart(seat) {
      await end(seat);
      await start(seat);
    },
    close: end,
  };
}

export function send(seat: Seat, message: ToWorker): void {
  seat.worker.postMessage(message);
}

/** Memory that could not be had: smaller blocks may do. */
export function isMemoryFailure(error: TruckeeError): boolean {
  return error.kind === 'worker-memory' || error.kind === 'memory-too-small';
}

/** Why a worker died: out of memory (its own heap, or no room for an array), or a defect. */
function failureOf(error: unknown): TruckeeError {
  if (error instanceof TruckeeError) return error;
  const words = error instanceof Error ? error.message : String(error);
  const heap = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (heap || /out of memory|allocation failed|array buffer/i.test(words)) return failure('worker-memory', { step: 'this step', chunkRows: 0 }, error);
  return failure('internal', { detail: `a worker failed: ${words}` }, error);
}
