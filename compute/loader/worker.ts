/** A loader's worker thread: reads fetches one after the other and writes their minibatches into free slots. */
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorData } from '../../protocol/errors.ts';
import { openEngine } from './engine.ts';
import type { FetchEngine } from './fetches.ts';
import { hooksFrom } from './hooks.ts';
import type { FetchEnd, FetchOrder, FromWorker, MadeBatch, WorkerSetup } from './messages.ts';
import { reportedOf, taken, type Slot } from './slots.ts';

const port = parentPort!;
const { spec, batch, limitBytes, hooksModule, control, slots: slotCount, entries: slotEntries } = workerData as WorkerSetup;
const say = (message: FromWorker): void => port.postMessage(message);
const opened = async (): Promise<FetchEngine> => openEngine(spec, hooksModule === null ? {} : await hooksFrom(hooksModule));
const engine = await opened().catch((thrown: unknown) => {
  say({ kind: 'failed', error: toErrorData(thrown) });
  throw thrown;
});
const slots = Array.from({ length: slotCount }, () => engine.slot(batch, slotEntries));
/** As the consumer knows them. */
const shown = slots.slice();
const reported = reportedOf(slotCount);
let next = 0;

/** One fetch after the other, also where reading takes several turns. */
let before = Promise.resolve();
port.on('message', (order: FetchOrder) => {
  before = before.then(() => run(order)).catch((thrown: unknown) => say({ kind: 'failed', error: toErrorData(thrown) }));
});
say({ kind: 'ready', slots });

/** The slot at a place, replaced by a larger one where it must be. */
function roomy(place: number, entries: number): Slot {
  if (entries > slots[place]!.room) {
    engine.give(slots[place]!);
    slots[place] = engine.slot(batch, Math.ceil(entries * 1.25));
  }
  return slots[place]!;
}

async function run({ fetch, entries, from, to }: FetchOrder): Promise<void> {
  if (Atomics.load(control, 0) !== 0) return;
  await engine.load(entries);
  let made: MadeBatch[] = [];
  const report = (before: number, end: FetchEnd | null = null): void => {
    if (made.length > 0) say({ kind: 'batches', fetch, batch: before - made.length, made, end });
    made = [];
  };
  for (let number = from; number < to; number++) {
    const [start, end] = [number * batch, Math.min(entries.length, (number + 1) * batch)];
    const place = next;
    // Slots are given back in the order in which they were filled.
    if (Atomics.load(control, 1 + place) === taken) report(number);
    while (Atomics.load(control, 1 + place) === taken) {
      if (Atomics.load(control, 0) !== 0) return;
      Atomics.wait(control, 1 + place, taken);
    }
    if (Atomics.load(control, 0) !== 0) return;
    const slot = roomy(place, spec.dense ? 0 : engine.stored(start, end));
    const grown = slot === shown[place] ? null : slot;
    shown[place] = slot;
    const stored = engine.write(start, end, slot);
    Atomics.store(control, 1 + place, taken);
    next = (next + 1) % slots.length;
    made.push({ slot: place, stored, cells: end - start, grown });
    if (made.length === reported && number + 1 < to) report(number + 1);
  }
  const heldBytes = engine.heldBytes();
  const flushed = heldBytes > limitBytes;
  if (flushed) engine.flush();
  report(to, { heldBytes, flushed });
}
