/**
 * The workers of a loader and the queue of fetches they share. Minibatches come out in the order of the fetches, whoever read
 * them. A worker that dies is replaced, and the new one goes on at the first minibatch that had not arrived.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { failure, TruckeeError } from '../../protocol/errors.ts';
import type { EngineSpec } from './fetches.ts';
import type { FetchOrder, FromWorker, WorkerSetup } from './messages.ts';
import { free, type Slot } from './slots.ts';

export interface FetchTask {
  readonly fetch: number;
  readonly entries: Uint32Array;
  /** First minibatch wanted, and the end. */
  readonly from: number;
  readonly to: number;
}

/** A minibatch in a slot; `release` gives the slot back. */
export interface Arrived {
  readonly fetch: number;
  readonly batch: number;
  readonly cells: number;
  readonly stored: number;
  readonly slot: Slot;
  release(): void;
}

export interface Crew {
  /** Minibatches of all tasks. With `ordered`, task after task; else as they get ready. */
  run(tasks: Iterator<FetchTask>, ordered: boolean, signal?: AbortSignal): AsyncGenerator<Arrived, void, void>;
  /** Most bytes of rows and minibatches that any worker has held. */
  heldBytes(): number;
  close(): Promise<void>;
}

export interface CrewOptions {
  readonly spec: EngineSpec;
  readonly workers: number;
  readonly slots: number;
  readonly batch: number;
  /** Entries a slot is made for; it grows when a minibatch has more. */
  readonly entries: number;
  readonly hooksModule: string | null;
  /** Bytes of rows above which a worker gives its buffers back, and who is told. */
  readonly limitBytes: number;
  onGrown(heldBytes: number): void;
}

interface Hand {
  worker: Worker;
  /** Its worker takes tasks; while a new one starts, they only wait in the queue. */
  ready: boolean;
  readonly control: Int32Array;
  /** Made by the worker. */
  slots: Slot[];
  /** What it was given and has not finished, oldest first; two at most, so that it never waits for us. */
  readonly queue: { task: FetchTask; arrived: number }[];
  deaths: number;
}

/** A worker that dies this often without finishing a fetch is not to be helped. */
const mostDeaths = 3;

/** Threads with which the system reads for all workers together: so many reads of a cold disk may be under way. */
const readThreads = '16';

export async function openCrew(options: CrewOptions): Promise<Crew> {
  // Looked at when the first read is given away; whoever starts the process may have said otherwise.
  process.env['UV_THREADPOOL_SIZE'] ??= readThreads;
  const { spec, batch } = options;
  let onChange: () => void = () => undefined;
  let broken: TruckeeError | null = null;
  let closed = false;
  let mostHeld = 0;
  /** Arrived and not yet taken, by fetch. */
  const waiting = new Map<number, Arrived[]>();

  const start = (hand: Hand): Promise<void> =>
    new Promise((resolve, reject) => {
      const own = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
      const worker = new Worker(own, { workerData: { spec, batch, limitBytes: options.limitBytes, hooksModule: options.hooksModule, control: hand.control, slots: options.slots, entries: options.entries } satisfies WorkerSetup });
      hand.worker = worker;
      let opened = false;
      const died = (error: unknown): void => {
        if (hand.worker !== worker || closed) return;
        worker.removeAllListeners();
        hand.ready = false;
        const cause = error instanceof TruckeeError ? error : failure('internal', { detail: `a loader's worker failed: ${error instanceof Error ? error.message : String(error)}` }, error);
        if (!opened) return reject(cause);
        if (++hand.deaths >= mostDeaths) return fail(cause);
        // The new one has slots of its own; those that hold what arrived before live as long as they are needed.
        hand.slots.forEach((_, place) => Atomics.store(hand.control, 1 + place, free));
        start(hand).catch(fail);
      };
      worker.on('message', (message: FromWorker) => {
        if (hand.worker !== worker || closed) return;
        if (message.kind === 'ready') {
          opened = true;
          hand.ready = true;
          hand.slots = message.slots;
          hand.queue.forEach((entry) => sendTask(hand, entry));
          resolve();
        } else if (!opened && message.kind === 'failed') {
          reject(new TruckeeError(message.error));
        } else {
          heard(hand, message);
        }
      });
      worker.on('error', died);
      worker.on('exit', (code) => died(new Error(`it ended with code ${code}`)));
    });
  const fail = (error: unknown): void => {
    broken ??= error instanceof TruckeeError ? error : failure('internal', { detail: String(error) }, error);
    onChange();
  };

  /** The minibatch that the consumer holds. */
  let shown: Arrived | null = null;
  const sendTask = (hand: Hand, { task, arrived }: Hand['queue'][number]): void =>
    hand.worker.postMessage({ fetch: task.fetch, entries: task.entries, from: task.from + arrived, to: task.to } satisfies FetchOrder);

  const heard = (hand: Hand, message: Exclude<FromWorker, { kind: 'ready' }>): void => {
    if (message.kind === 'failed') return fail(new TruckeeError(message.error));
    const place = hand.queue.findIndex(({ task }) => task.fetch === message.fetch);
    hand.queue[place]!.arrived += message.made.length;
    message.made.forEach(({ slot, stored, cells, grown }, i) => {
      if (grown) hand.slots[slot] = grown;
      const arrived: Arrived = {
        fetch: message.fetch, batch: message.batch + i, cells, stored, slot: hand.slots[slot]!,
        release: () => {
          if (hand.slots[slot] !== arrived.slot) return;
          Atomics.store(hand.control, 1 + slot, free);
          Atomics.notify(hand.control, 1 + slot);
        },
      };
      const list = waiting.get(message.fetch);
      if (list) list.push(arrived);
      else waiting.set(message.fetch, [arrived]);
    });
    if (message.end) {
      hand.queue.splice(place, 1);
      hand.deaths = 0;
      if (message.end.flushed) options.onGrown(message.end.heldBytes);
      mostHeld = Math.max(mostHeld, message.end.heldBytes + bytesOf(hand.slots));
    }
    onChange();
  };

  const hands = Array.from({ length: options.workers }, (): Hand => ({
    control: new Int32Array(new SharedArrayBuffer(4 * (1 + options.slots))),
    ready: false,
    slots: [],
    queue: [],
    deaths: 0,
  } as Partial<Hand> as Hand));

  const stopAll = async (): Promise<void> => {
    closed = true;
    for (const { control } of hands) {
      Atomics.store(control, 0, 1);
      for (let place = 1; place < control.length; place++) {
        Atomics.store(control, place, free);
        Atomics.notify(control, place);
      }
    }
    await Promise.all(hands.map(({ worker }) => worker.terminate()));
  };

  try {
    await Promise.all(hands.map(start));
  } catch (thrown) {
    await stopAll();
    throw thrown;
  }

  return {
    async *run(tasks, ordered, signal) {
      const onAbort = (): void => fail(failure('cancelled', { step: 'loading' }));
      signal?.addEventListener('abort', onAbort);
      if (signal?.aborted) onAbort();
      const pending: FetchTask[] = [];
      let ended = false;
      const supply = (): void => {
        for (let depth = 1; depth <= 2; depth++) {
          for (const hand of hands) {
            if (ended || hand.queue.length >= depth) continue;
            const { value, done } = tasks.next();
            if (done) {
              ended = true;
              return;
            }
            if (value.from >= value.to) continue;
            pending.push(value);
            hand.queue.push({ task: value, arrived: 0 });
            if (hand.ready) sendTask(hand, hand.queue.at(-1)!);
          }
        }
      };
      const left = new Map<number, number>();
      const leftOf = (task: FetchTask): number => left.get(task.fetch) ?? task.to - task.from;
      try {
        for (;;) {
          if (broken) throw broken;
          supply();
          if (pending.length === 0) {
            if (ended) return;
            continue;
          }
          const task = ordered ? (waiting.get(pending[0]!.fetch)?.length ? pending[0] : undefined) : pending.find(({ fetch }) => waiting.get(fetch)?.length);
          if (task === undefined) {
            await new Promise<void>((resolve) => (onChange = resolve));
            continue;
          }
          const list = waiting.get(task.fetch)!;
          shown = list.shift()!;
          if (list.length === 0) waiting.delete(task.fetch);
          yield shown;
          shown.release();
          shown = null;
          left.set(task.fetch, leftOf(task) - 1);
          if (leftOf(task) === 0) {
            pending.splice(pending.indexOf(task), 1);
            left.delete(task.fetch);
          }
        }
      } finally {
        signal?.removeEventListener('abort', onAbort);
        // Whoever stops in the middle leaves work behind that nobody will take.
        if (pending.length > 0 || broken) await stopAll();
      }
    },
    heldBytes: () => mostHeld,
    async close() {
      // Whoever waits for a minibatch is told.
      fail(failure('cancelled', { step: 'loading' }));
      await stopAll();
    },
  };
}

function bytesOf(slots: readonly Slot[]): number {
  return slots.reduce((sum, slot) => sum + slot.rows.byteLength + slot.indptr.byteLength + slot.indices.byteLength + slot.values.byteLength, 0);
}
