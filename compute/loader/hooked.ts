/** With hooks a fetch becomes one chunk of sorted rows first; minibatches are cut from what the hooks leave. */
import { failure } from '../../protocol/errors.ts';
import { lowerBound } from '../sampling/index.ts';
import type { FetchedRows, LoaderHooks } from './contract.ts';
import { unique, type EngineSpec, type FetchEngine } from './fetches.ts';
import { asked, checkedRows } from './hooks.ts';

export function hookedEngine(spec: EngineSpec, plain: FetchEngine, hooks: LoaderHooks): FetchEngine {
  let entries: Uint32Array = new Uint32Array(0);
  let chunk = noRows();
  let made: { readonly start: number; readonly batch: FetchedRows } | null = null;
  const sparse = plainCsr(spec, plain);
  const batchOf = (start: number, end: number): FetchedRows => {
    if (made?.start === start) return made.batch;
    const positions = Uint32Array.from(entries.subarray(start, end), (row) => lowerBound(chunk.rows, chunk.rows.length, row));
    const { batch: hook } = hooks;
    const batch = hook ? checkedRows('batch', asked('batch', () => hook(chunk, positions)), entries.subarray(start, end), spec.width) : pick(chunk, positions);
    made = { start, batch };
    return batch;
  };
  return {
    async load(wanted) {
      entries = wanted;
      made = null;
      const rows = unique(wanted.slice().sort());
      const { fetch, fetchTransform } = hooks;
      chunk = fetch ? checkedRows('fetch', asked('fetch', () => fetch(rows)), rows, spec.width) : await sparse(rows);
      if (fetchTransform) chunk = checkedRows('fetchTransform', asked('fetchTransform', () => fetchTransform(chunk)), rows, spec.width);
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
