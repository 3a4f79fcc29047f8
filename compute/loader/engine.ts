/**
 * The work of one fetch, in whichever thread: rows sorted and without repeats, read plate by plate, then written minibatch by
 * minibatch into the arrays that go to the consumer - each row is moved once.
 */
import { sameStamp, stampOf, type Stamp } from '../../io/stamp.ts';
import { failure } from '../../protocol/errors.ts';
import { lowerBound } from '../sampling/index.ts';
import type { CodecMemory } from '../codecs/pack/codec.ts';
import { openRowStore, packCodec, type RowStore, type RowStoreSpec } from '../stores/index.ts';
import type { FetchedRows, LoaderHooks } from './contract.ts';
import { makeSlot, slotBytes, type Slot } from './slots.ts';

/** One file as the workers see it: structured-cloneable. */
export interface LoaderPlate {
  readonly name: string;
  readonly path: string;
  readonly rowOffset: number;
  readonly cells: number;
  readonly store: RowStoreSpec;
  /** Gene of the file -> column, -1 to leave it out; null when both are the same. */
  readonly columns: Int32Array | null;
  /** A file that changes with it, its size and time when it was opened. */
  readonly stamp: Stamp & { readonly path: string };
}

export interface EngineSpec {
  readonly plates: readonly LoaderPlate[];
  readonly width: number;
  readonly targetSum: number | null;
  readonly log1p: boolean;
  readonly dense: boolean;
}

/** Where a minibatch is written. CSR arrays must hold what `stored` announces; dense ones cells x width. */
export interface BatchTarget {
  readonly rows: Uint32Array;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

export interface FetchEngine {
  /** Reads the rows of a fetch; `entries` may repeat rows. */
  load(entries: Uint32Array): Promise<void>;
  /** Most entries that minibatch [start, end) of the loaded fetch can have. */
  stored(start: number, end: number): number;
  /** Writes entries [start, end) of the fetch; returns the CSR entries written (0 when dense). */
  write(start: number, end: number, target: BatchTarget): number;
  /** A buffer for minibatches that rows are written to without a detour; `give` takes it back. */
  slot(batch: number, entries: number): Slot;
  give(slot: Slot): void;
  /** Bytes of the rows at hand, without slots. */
  heldBytes(): number;
  /** Gives buffers back; the fetch that was loaded is gone. */
  flush(): void;
  close(): void;
}

/** Errors: those of opening the files; dataset-changed when one is no longer what it was. */
export async function openEngine(spec: EngineSpec, hooks: LoaderHooks = {}): Promise<FetchEngine> {
  const stores: RowStore[] = [];
  /** Packs share a memory, in which minibatches lie too: rows are decoded to where the consumer finds them. */
  const codec = spec.plates.some(({ store }) => store.kind === 'pack') ? packCodec() : undefined;
  try {
    for (const plate of spec.plates) stores.push(await openRowStore(plate.store, { columns: plate.columns, width: spec.width, targetSum: spec.targetSum, log1p: spec.log1p }, codec));
  } catch (thrown) {
    stores.forEach((store) => store.close());
    throw thrown;
  }
  const plain = plainEngine(spec, stores, codec?.memory);
  return hooks.fetch || hooks.fetchTransform || hooks.batch ? hookedEngine(spec, plain, hooks) : plain;
}

function plainEngine(spec: EngineSpec, stores: readonly RowStore[], memory: CodecMemory | undefined): FetchEngine {
  let entries: Uint32Array = new Uint32Array(0);
  /** Store and place in it of every entry. */
  let plates = new Uint16Array(0);
  let places = new Uint32Array(0);
  /** Of slots in the packs' memory. */
  let slotsBytes = 0;

  return {
    async load(wanted) {
      entries = wanted;
      const sorted = unique(wanted.slice().sort());
      if (places.length < wanted.length) [plates, places] = [new Uint16Array(wanted.length), new Uint32Array(wanted.length)];
      const firsts = spec.plates.map(({ rowOffset }) => lowerBound(sorted, sorted.length, rowOffset));
      // One after the other, except where a store waits for its disk.
      const waits: Promise<void>[] = [];
      for (const [number, plate] of spec.plates.entries()) {
        const [from, to] = [firsts[number]!, firsts[number + 1] ?? sorted.length];
        if (from === to) continue;
        try {
          checkUnchanged(plate);
          const wait = stores[number]!.load(sorted.subarray(from, to).map((row) => row - plate.rowOffset));
          if (wait) waits.push(wait);
        } catch (thrown) {
          await Promise.allSettled(waits);
          throw thrown;
        }
      }
      const failed = (await Promise.allSettled(waits)).find((end) => end.status === 'rejected');
      if (failed) throw failed.reason;
      for (let i = 0; i < wanted.length; i++) {
        const at = lowerBound(sorted, sorted.length, wanted[i]!);
        let number = plates.length > 0 && i > 0 && firsts[plates[i - 1]!]! <= at ? plates[i - 1]! : 0;
        while (number + 1 < firsts.length && firsts[number + 1]! <= at) number++;
        plates[i] = number;
        places[i] = at - firsts[number]!;
      }
    },
    stored(start, end) {
      let sum = 0;
      for (let i = start; i < end; i++) sum += stores[plates[i]!]!.entries(places[i]!);
      return sum;
    },
    write(start, end, target) {
      target.rows.set(entries.subarray(start, end));
      if (spec.dense) {
        for (let i = start; i < end; i++) stores[plates[i]!]!.dense(places[i]!, target.values, (i - start) * spec.width);
        return 0;
      }
      let at = 0;
      target.indptr[0] = 0;
      for (let i = start; i < end; i++) {
        at += stores[plates[i]!]!.csr(places[i]!, target.indices, target.values, at);
        target.indptr[i - start + 1] = at;
      }
      return at;
    },
    slot(batch, entries) {
      if (memory === undefined) return makeSlot(spec, batch, entries);
      slotsBytes += slotBytes(spec, batch, entries);
      return makeSlot(spec, batch, entries, (bytes) => ({ offset: memory.take(bytes), buffer: memory.wasm.buffer }));
    },
    give(slot) {
      if (!memory?.owns(slot.rows)) return;
      slotsBytes -= slotBytes(spec, slot.rows.length, slot.room);
      memory.give(slot.rows.byteOffset);
    },
    heldBytes: () => stores.reduce((sum, store) => sum + store.heldBytes(), entries.byteLength + plates.byteLength + places.byteLength + (memory === undefined ? 0 : memory.heldBytes() - slotsBytes)),
    flush() {
      entries = new Uint32Array(0);
      [plates, places] = [new Uint16Array(0), new Uint32Array(0)];
      stores.forEach((store) => store.flush?.());
    },
    close: () => stores.forEach((store) => store.close()),
  };
}

/** With hooks a fetch becomes one chunk of sorted rows first; minibatches are cut from what the hooks leave. */
function hookedEngine(spec: EngineSpec, plain: FetchEngine, hooks: LoaderHooks): FetchEngine {
  let entries: Uint32Array = new Uint32Array(0);
  let chunk = noRows();
  let made: { readonly start: number; readonly batch: FetchedRows } | null = null;
  const sparse = plainCsr(spec, plain);
  const batchOf = (start: number, end: number): FetchedRows => {
    if (made?.start === start) return made.batch;
    const positions = Uint32Array.from(entries.subarray(start, end), (row) => lowerBound(chunk.rows, chunk.rows.length, row));
    const batch = hooks.batch?.(chunk, positions) ?? pick(chunk, positions);
    made = { start, batch };
    return batch;
  };
  return {
    async load(wanted) {
      entries = wanted;
      made = null;
      const rows = unique(wanted.slice().sort());
      chunk = hooks.fetch?.(rows) ?? (await sparse(rows));
      chunk = hooks.fetchTransform?.(chunk) ?? chunk;
    },
    stored: (start, end) => batchOf(start, end).indptr[end - start]!,
    write(start, end, target) {
      const batch = batchOf(start, end);
      target.rows.set(batch.rows.subarray(0, end - start));
      if (spec.dense) {
        target.values.fill(0, 0, (end - start) * spec.width);
        for (let row = 0; row < end - start; row++) {
          for (let i = batch.indptr[row]!; i < batch.indptr[row + 1]!; i++) target.values[row * spec.width + batch.indices[i]!]! += batch.values[i]!;
        }
        return 0;
      }
      const stored = batch.indptr[end - start]!;
      target.indptr.set(batch.indptr.subarray(0, end - start + 1));
      target.indices.set(batch.indices.subarray(0, stored));
      target.values.set(batch.values.subarray(0, stored));
      return stored;
    },
    flush() {
      chunk = noRows();
      made = null;
      plain.flush();
    },
    slot: plain.slot,
    give: plain.give,
    heldBytes: () => plain.heldBytes() + chunk.indices.byteLength + chunk.values.byteLength,
    close: () => plain.close(),
  };
}

const noRows = (): FetchedRows => ({ rows: new Uint32Array(0), indptr: new Int32Array(1), indices: new Int32Array(0), values: new Float32Array(0) });

/** Sorted rows of the files as one CSR chunk, whatever the minibatches will be. */
function plainCsr(spec: EngineSpec, plain: FetchEngine): (rows: Uint32Array) => Promise<FetchedRows> {
  return async (rows) => {
    await plain.load(rows);
    if (spec.dense) throw failure('invalid-parameter', { step: 'loader', parameter: 'hooks', value: 'dense', reason: 'hooks before the minibatch see sparse rows: leave dense out and make them dense in batchTransform' });
    const stored = plain.stored(0, rows.length);
    const chunk = { rows: new Uint32Array(rows.length), indptr: new Int32Array(rows.length + 1), indices: new Int32Array(stored), values: new Float32Array(stored) };
    plain.write(0, rows.length, chunk);
    return chunk;
  };
}

function pick(chunk: FetchedRows, positions: Uint32Array): FetchedRows {
  const indptr = new Int32Array(positions.length + 1);
  positions.forEach((position, i) => (indptr[i + 1] = indptr[i]! + chunk.indptr[position + 1]! - chunk.indptr[position]!));
  const batch = { rows: positions.map((position) => chunk.rows[position]!), indptr, indices: new Int32Array(indptr[positions.length]!), values: new Float32Array(indptr[positions.length]!) };
  positions.forEach((position, i) => {
    const [from, to] = [chunk.indptr[position]!, chunk.indptr[position + 1]!];
    batch.indices.set(chunk.indices.subarray(from, to), indptr[i]!);
    batch.values.set(chunk.values.subarray(from, to), indptr[i]!);
  });
  return batch;
}

/** Drops repeats of a sorted list, in place. */
function unique(sorted: Uint32Array): Uint32Array {
  let kept = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[kept++] = sorted[i]!;
  return sorted.subarray(0, kept);
}

function checkUnchanged({ name, path, stamp }: LoaderPlate): void {
  if (!sameStamp(stamp, stampOf(stamp.path))) throw failure('dataset-changed', { name, path });
}
