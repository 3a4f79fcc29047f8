/** A row store over decoded entries: whoever reads them fills `held`, the rest is the same for every format. */
import type { RowStore, RowView } from './contract.ts';
import { rowScaler } from './lognorm.ts';

/** Loaded rows, decoded; row k has entries [indptr[k], indptr[k + 1]). */
export interface HeldRows {
  indptr: Uint32Array;
  indices: Int32Array;
  values: Float32Array;
}

export interface HeldReader {
  /** Fills `held` with the rows; `room` makes place for so many rows and entries first. */
  fill(ids: Uint32Array, held: HeldRows, room: (rows: number, entries: number) => void): void | Promise<void>;
  close(): void;
}

export function plainStore(reader: HeldReader, view: RowView): RowStore {
  const held: HeldRows = { indptr: new Uint32Array(1), indices: new Int32Array(0), values: new Float32Array(0) };
  const scaler = rowScaler(view);
  const { columns } = view;
  const room = (rows: number, entries: number): void => {
    if (held.indptr.length < rows + 1) held.indptr = new Uint32Array(rows + 1);
    if (held.indices.length >= entries) return;
    // An eighth more, so that fetches of nearly the same size do not each allocate.
    const length = Math.ceil(entries * 1.125);
    // Given up before the new ones are made.
    held.indices = new Int32Array(0);
    held.values = new Float32Array(0);
    held.indices = new Int32Array(length);
    held.values = new Float32Array(length);
  };
  const begin = (from: number, to: number): void => {
    if (scaler === null) return;
    let total = 0;
    for (let i = from; i < to; i++) total += held.values[i]!;
    scaler.begin(total);
  };
  return {
    load: (ids) => reader.fill(ids, held, room),
    entries: (k) => held.indptr[k + 1]! - held.indptr[k]!,
    csr(k, indices, values, at) {
      const [from, to] = [held.indptr[k]!, held.indptr[k + 1]!];
      if (columns === null && scaler === null) {
        indices.set(held.indices.subarray(from, to), at);
        values.set(held.values.subarray(from, to), at);
        return to - from;
      }
      begin(from, to);
      let place = at;
      for (let i = from; i < to; i++) {
        const gene = held.indices[i]!;
        const column = columns === null ? gene : columns[gene]!;
        if (column < 0) continue;
        indices[place] = column;
        values[place] = scaler === null ? held.values[i]! : scaler.value(held.values[i]!);
        place++;
      }
      return place - at;
    },
    dense(k, out, at) {
      const [from, to] = [held.indptr[k]!, held.indptr[k + 1]!];
      begin(from, to);
      out.fill(0, at, at + view.width);
      for (let i = from; i < to; i++) {
        const gene = held.indices[i]!;
        const column = columns === null ? gene : columns[gene]!;
        // Added, not set: an entry that is stored twice counts twice, as in scipy.
        if (column >= 0) out[at + column]! += scaler === null ? held.values[i]! : scaler.value(held.values[i]!);
      }
    },
    heldBytes: () => held.indptr.byteLength + held.indices.byteLength + held.values.byteLength,
    flush() {
      held.indptr = new Uint32Array(1);
      held.indices = new Int32Array(0);
      held.values = new Float32Array(0);
    },
    close: () => reader.close(),
  };
}
