/** A loader's worker thread: reads fetches one after the other and writes their minibatches into free slots. */
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorData } from '../../protocol/errors.ts';
import type { LoaderHooks } from './contract.ts';
import { openEngine } from './engine.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.ts';
import { makeSlot, taken } from './slots.ts';

const port = parentPort!;
const { spec, batch, limitBytes, hooksModule, control, slots: given } = workerData as WorkerSetup;
const slots = [...given];
const hooks: LoaderHooks = hooksModule === null ? {} : ((await import(hooksModule)) as LoaderHooks);
const engine = await openEngine(spec, hooks);
let next = 0;

const say = (message: FromWorker): void => port.postMessage(message);

/** One fetch after the other, also where reading takes several turns. */
let before = Promise.resolve();
port.on('message', (message: ToWorker) => {
  before = before.then(() => run(message)).catch((thrown: unknown) => say({ kind: 'failed', fetch: message.fetch, error: toErrorData(thrown) }));
});
say({ kind: 'ready' });

async function run({ fetch, entries, from, to }: ToWorker): Promise<void> {
  if (Atomics.load(control, 0) !== 0) return;
  await engine.load(entries);
  for (let number = from; number < to; number++) {
    const [start, end] = [number * batch, Math.min(entries.length, (number + 1) * batch)];
    const place = next;
    next = (next + 1) % slots.length;
    // Slots are given back in the order in which they were filled.
    while (Atomics.load(control, 1 + place) === taken) {
      if (Atomics.load(control, 0) !== 0) return;
      Atomics.wait(control, 1 + place, taken);
    }
    if (Atomics.load(control, 0) !== 0) return;
    Atomics.store(control, 1 + place, taken);
    const needed = spec.dense ? 0 : engine.stored(start, end);
    let grown = null;
    if (needed > slots[place]!.room) slots[place] = grown = makeSlot(spec, batch, Math.ceil(needed * 1.25));
    const stored = engine.write(start, end, slots[place]!);
    say({ kind: 'batch', fetch, batch: number, slot: place, stored, cells: end - start, grown });
  }
  const heldBytes = engine.heldBytes();
  const flushed = heldBytes > limitBytes;
  if (flushed) engine.flush();
  say({ kind: 'fetched', fetch, heldBytes, flushed });
}
