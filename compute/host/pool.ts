/**
 * The worker threads of an engine. Runs a pass - tiles handed out in order, partial results added up in tile order, never
 * more in flight than the plan allows - or heavy calls, and survives a worker that runs out of memory.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TruckeeError, failure, isKind, type ErrorData } from '../../protocol/errors.ts';
import type { Plate } from '../matrix/plates.ts';
import { tasksOf, tilesOf, tileRows, type Tile, type TileTask } from '../matrix/tiles.ts';
import type { PassName, PassTable, Reducer } from '../passes/contract.ts';
import type { CallName, CallTable } from '../calls/contract.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.ts';

export interface PassRequest<Name extends PassName> {
  readonly name: Name;
  readonly spec: PassTable[Name]['spec'];
  readonly plates: readonly Plate[];
  readonly chunkRows: number;
  readonly chunkStored: number;
  readonly workers: number;
  /** Tiles already added in an earlier attempt. */
  readonly firstTile: number;
  readonly reducer: Reducer<PassTable[Name]['partial']>;
  /** After each tile, in order: progress and checkpoints. */
  afterTile(tilesDone: number, tile: Tile, stored: number): void;
  /** A worker ran out of memory: the pass goes on with this smaller chunk. */
  onSmallerChunk(chunkRows: number): void;
}

export interface Pool {
  readonly size: number;
  readonly kernels: string;
  runPass<Name extends PassName>(request: PassRequest<Name>): Promise<void>;
  /** Runs one heavy function on a free worker; `onProgress` gets its counts. */
  call<Name extends CallName>(
    name: Name, payload: CallTable[Name]['payload'], onProgress?: (done: number, total: number, unit: string) => void,
  ): Promise<CallTable[Name]['result']>;
  /** Makes everything in flight end with `cancelled`. */
  stop(): void;
  close(): Promise<void>;
}

interface Seat {
  worker: Worker;
  listener: ((message: FromWorker) => void) | null;
  onCrash: ((error: unknown) => void) | null;
}

export async function createPool(size: number, options: { kernels: string | null; memoryBytes: number }): Promise<Pool> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const setup: WorkerSetup = { stop, kernels: options.kernels, memoryBytes: options.memoryBytes };
  let kernels = 'cpu';
  let cancelled = false;
  let rejectAll: Set<(error: unknown) => void> = new Set();

  const startWorker = (seat: Seat): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url), { workerData: setup });
      seat.worker = worker;
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') {
          kernels = message.kernels;
          resolve();
        } else seat.listener?.(message);
      });
      worker.on('error', (error) => {
        reject(error);
        seat.onCrash?.(error);
      });
    });
  const openSeat = async (): Promise<Seat> => {
    const seat = { listener: null, onCrash: null } as Partial<Seat> as Seat;
    await startWorker(seat);
    return seat;
  };
  const seats = await Promise.all(Array.from({ length: size }, openSeat));
  const busy = new Set<Seat>();
  /** Takes a seat at once, before anything is awaited: two calls made in one turn must not share one. */
  const takeSeat = (): Promise<Seat> => {
    const free = seats.find((seat) => !busy.has(seat));
    if (free) {
      busy.add(free);
      return Promise.resolve(free);
    }
    return openSeat().then((extra) => {
      seats.push(extra);
      busy.add(extra);
      return extra;
    });
  };

  const guarded = async <T>(work: (reject: (error: unknown) => void) => Promise<T>): Promise<T> => {
    if (cancelled) throw failure('cancelled', { step: 'this step' });
    let reject: (error: unknown) => void = () => undefined;
    const aborted = new Promise<never>((_, r) => (reject = r));
    aborted.catch(() => undefined);
    rejectAll.add(reject);
    try {
      return await Promise.race([work(reject), aborted]);
    } finally {
      rejectAll.delete(reject);
    }
  };

  return {
    size,
    get kernels() {
      return kernels;
    },
    runPass: (request) => guarded((reject) => runPass(request, seats.slice(0, Math.max(1, request.workers)), startWorker, reject)),
    call: (name, payload, onProgress) =>
      guarded(async () => {
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
      await Promise.all(seats.map((seat) => seat.worker.terminate()));
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
      reject(asFailure(error, name));
    };
    seat.listener = (message) => {
      if (message.kind === 'call-progress' && message.id === id) onProgress?.(message.done, message.total, message.unit);
      if (message.kind === 'failed') {
        finish();
        reject(revive(message.error));
      }
      if (message.kind === 'called' && message.id === id) {
        finish();
        resolve(message.value as CallTable[Name]['result']);
      }
    };
    send(seat, { kind: 'call', id, name, payload });
  });
}

async function runPass<Name extends PassName>(
  request: PassRequest<Name>, seats: Seat[], restart: (seat: Seat) => Promise<void>, fail: (error: unknown) => void,
): Promise<void> {
  const tiles = tilesOf(request.plates);
  let { chunkRows, chunkStored } = request;
  let queue: TileTask[] = tasksOf(tiles, request.firstTile, chunkRows);
  let nextToAdd = request.firstTile;
  const waiting = new Map<number, { partial: PassTable[Name]['partial']; stored: number; seat: Seat }>();
  const inFlight = new Map<Seat, TileTask>();
  /** Tiles that may be finished but not yet added: bounds the memory of waiting partial results. */
  const lookahead = 2 * seats.length * Math.max(1, Math.floor(chunkRows / tileRows));

  await new Promise<void>((resolve, reject) => {
    const done = (): boolean => nextToAdd >= tiles.length;
    const finish = (error?: unknown): void => {
      for (const seat of seats) {
        seat.listener = null;
        seat.onCrash = null;
        if (error === undefined) send(seat, { kind: 'close-pass' });
      }
      if (error === undefined) resolve();
      else {
        reject(error);
        fail(error);
      }
    };
    const open = (seat: Seat): void =>
      send(seat, { kind: 'open-pass', name: request.name, spec: request.spec, plates: request.plates, maxRows: Math.min(chunkRows, tileRows), maxStored: chunkStored });
    const feed = (): void => {
      for (const seat of seats) {
        const task = queue[0];
        if (!task || inFlight.has(seat) || task.tiles[0]!.index > nextToAdd + lookahead) continue;
        queue.shift();
        inFlight.set(seat, task);
        send(seat, { kind: 'tiles', tiles: task.tiles });
      }
    };
    const addReady = (): void => {
      for (let ready = waiting.get(nextToAdd); ready; ready = waiting.get(nextToAdd)) {
        waiting.delete(nextToAdd);
        const tile = tiles[nextToAdd]!;
        request.reducer.add(ready.partial, tile);
        send(ready.seat, { kind: 'recycle', partial: slotOnly(ready.partial) });
        nextToAdd += 1;
        request.afterTile(nextToAdd, tile, ready.stored);
      }
    };
    const onMessage = (seat: Seat, message: FromWorker): void => {
      try {
        if (message.kind === 'partial' && message.tile.index >= nextToAdd) {
          waiting.set(message.tile.index, { partial: message.partial as PassTable[Name]['partial'], stored: message.stored, seat });
          addReady();
        } else if (message.kind === 'tiles-done') {
          inFlight.delete(seat);
        } else if (message.kind === 'failed') {
          if (message.error.kind === 'worker-memory') onCrash(seat, revive(message.error));
          else finish(revive(message.error));
          return;
        }
        if (done()) finish();
        else feed();
      } catch (error) {
        finish(error);
      }
    };
    const onCrash = (seat: Seat, error: unknown): void => {
      // Out of memory: the same tiles again in half-sized chunks, with the same sums.
      if (!isOutOfMemory(error) || chunkRows < 64) {
        finish(asFailure(error, request.name));
        return;
      }
      chunkRows = Math.max(1, Math.floor(chunkRows / 2));
      chunkStored = Math.max(16_384, Math.floor(chunkStored / 2));
      request.onSmallerChunk(chunkRows);
      inFlight.delete(seat);
      const running = new Set([...inFlight.values()].flatMap((task) => task.tiles.map((tile) => tile.index)));
      const missing = tiles.slice(nextToAdd).filter((tile) => !running.has(tile.index) && !waiting.has(tile.index));
      queue = missing.map((tile) => ({ plate: tile.plate, tiles: [tile] }));
      void seat.worker.terminate().then(() => restart(seat)).then(() => {
        listen(seat);
        for (const each of seats) if (!inFlight.has(each)) open(each);
        feed();
      }, finish);
    };
    const listen = (seat: Seat): void => {
      seat.listener = (message) => onMessage(seat, message);
      seat.onCrash = (error) => onCrash(seat, error);
    };
    if (done()) {
      resolve();
      return;
    }
    for (const seat of seats) {
      listen(seat);
      open(seat);
    }
    feed();
  });
}

/** What a worker needs to take its buffer back: its number, not its bytes. */
function slotOnly(partial: unknown): unknown {
  return typeof partial === 'object' && partial !== null && 'slot' in partial ? { slot: partial.slot } : null;
}

function send(seat: Seat, message: ToWorker): void {
  seat.worker.postMessage(message);
}

function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isKind(error, 'worker-memory')) return true;
  return ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') || /out of memory|allocation failed|Array buffer/i.test(error.message);
}

function asFailure(error: unknown, name: string): TruckeeError {
  if (error instanceof TruckeeError) return error;
  if (isOutOfMemory(error)) return failure('worker-memory', { step: name, chunkRows: tileRows }, error);
  return failure('internal', { detail: `a worker of ${name} failed` }, error);
}

function revive(data: ErrorData): TruckeeError {
  return new TruckeeError(data);
}
