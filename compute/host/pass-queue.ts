/**
 * One pass over all tiles: handed out in order, partial results added up in tile order, never more in flight than the
 * plan allows; a worker that runs out of memory is replaced and the pass goes on in smaller chunks with the same sums.
 */
import type { Worker } from 'node:worker_threads';
import { TruckeeError, failure } from '../../protocol/errors.ts';
import type { Plate } from '../matrix/plates.ts';
import { tasksOf, tileRows, tilesOf, type Tile, type TileTask } from '../matrix/tiles.ts';
import type { PassName, PassTable, Reducer } from '../passes/contract.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { isMemoryFailure, send, type Seat } from './seats.ts';

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

/** Chunks of fewer rows are not tried: then it is not the chunk that does not fit. */
const fewestRows = 64;
const fewestStored = 16_384;

interface Waiting<Name extends PassName> {
  readonly partial: PassTable[Name]['partial'];
  readonly stored: number;
  /** Who made it and may have its arrays back: a worker that is gone by then ignores that. */
  readonly worker: Worker;
}

export async function runPass<Name extends PassName>(request: PassRequest<Name>, seats: readonly Seat[], restart: (seat: Seat) => Promise<void>): Promise<void> {
  const tiles = tilesOf(request.plates);
  if (request.firstTile >= tiles.length) return;
  for (const seat of seats) if (seat.broken) await restart(seat);
  let { chunkRows, chunkStored } = request;
  let queue: TileTask[] = tasksOf(tiles, request.firstTile, chunkRows);
  let nextToAdd = request.firstTile;
  let over = false;
  const waiting = new Map<number, Waiting<Name>>();
  const inFlight = new Map<Seat, TileTask>();
  /** Seats whose worker is being replaced. */
  const down = new Set<Seat>();
  /** Tiles that may be finished but not yet added: bounds the memory of waiting partial results. */
  const lookahead = 2 * seats.length * Math.max(1, Math.floor(chunkRows / tileRows));

  await new Promise<void>((resolve, reject) => {
    const finish = (error?: unknown): void => {
      if (over) return;
      over = true;
      for (const seat of seats) {
        seat.listener = null;
        seat.onCrash = null;
        if (error === undefined && !down.has(seat)) send(seat, { kind: 'close-pass' });
      }
      if (error === undefined) resolve();
      else reject(error);
    };
    const limits = () => ({ maxRows: Math.min(chunkRows, tileRows), maxStored: chunkStored });
    const open = (seat: Seat): void => {
      seat.listener = (message) => onMessage(seat, message);
      seat.onCrash = (error) => onCrash(seat, error);
      send(seat, { kind: 'open-pass', name: request.name, spec: request.spec, plates: request.plates, ...limits() });
    };
    const feed = (): void => {
      for (const seat of seats) {
        const task = queue[0];
        if (!task || inFlight.has(seat) || down.has(seat) || task.tiles[0]!.index > nextToAdd + lookahead) continue;
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
        ready.worker.postMessage({ kind: 'recycle', partial: slotOnly(ready.partial) } satisfies ToWorker);
        nextToAdd += 1;
        request.afterTile(nextToAdd, tile, ready.stored);
      }
    };
    const onMessage = (seat: Seat, message: FromWorker): void => {
      try {
        if (message.kind === 'partial' && message.tile.index >= nextToAdd) {
          waiting.set(message.tile.index, { partial: message.partial as PassTable[Name]['partial'], stored: message.stored, worker: seat.worker });
          addReady();
        } else if (message.kind === 'tiles-done') {
          inFlight.delete(seat);
        } else if (message.kind === 'failed') {
          onCrash(seat, new TruckeeError(message.error));
          return;
        }
        if (nextToAdd >= tiles.length) finish();
        else feed();
      } catch (error) {
        finish(error);
      }
    };
    const onCrash = (seat: Seat, error: TruckeeError): void => {
      if (!isMemoryFailure(error) || chunkRows < fewestRows) {
        finish(error.kind === 'worker-memory' ? failure('worker-memory', { step: request.name, chunkRows }, error) : error);
        return;
      }
      // The same tiles again in half-sized chunks: sums are made per tile, so they come out the same.
      chunkRows = Math.floor(chunkRows / 2);
      chunkStored = Math.max(fewestStored, Math.floor(chunkStored / 2));
      inFlight.delete(seat);
      down.add(seat);
      const running = new Set([...inFlight.values()].flatMap((task) => task.tiles.map((tile) => tile.index)));
      const missing = tiles.slice(nextToAdd).filter((tile) => !running.has(tile.index) && !waiting.has(tile.index));
      queue = missing.map((tile) => ({ plate: tile.plate, tiles: [tile] }));
      for (const other of seats) if (!down.has(other)) send(other, { kind: 'limit-blocks', ...limits() });
      restart(seat).then(() => {
        down.delete(seat);
        if (over) return;
        open(seat);
        feed();
      }).catch(finish);
      try {
        request.onSmallerChunk(chunkRows);
      } catch (thrown) {
        finish(thrown);
      }
    };
    for (const seat of seats) open(seat);
    feed();
  });
}

/** What a worker needs to take its buffer back: its number, not its bytes. */
function slotOnly(partial: unknown): unknown {
  return typeof partial === 'object' && partial !== null && 'slot' in partial ? { slot: partial.slot } : null;
}
