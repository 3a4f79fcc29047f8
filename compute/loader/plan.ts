/** What a fetch will take in memory, known before anything is read: row lengths are, and so is which rows come together. */
import { columnBytes } from '../codecs/pack/codec.ts';
import type { FetchLayout } from '../sampling/index.ts';
import { upperBound } from '../sampling/index.ts';
import type { LoaderSource } from './sources.ts';

/** Fetches of the epoch that are looked at. */
const looked = 40;
/** Buffers grow by an eighth more than is needed, and are half of that too large on average. */
const slack = 1.06;

/**
 * Bytes of decoded (or packed) rows that a worker comes to hold: every file keeps what its largest share of a fetch took.
 * `offsets`: first row of every file. `width`: columns of a minibatch.
 */
export function plannedFetchBytes(
  sources: readonly LoaderSource[], offsets: readonly number[], layout: FetchLayout, width: number, entriesOf: (fetch: number) => Uint32Array,
): number {
  const fetches = Math.ceil(layout.length / (layout.batch * layout.fetchFactor));
  const most = sources.map(() => 0);
  let entries = 0;
  for (let i = 0; i < Math.min(looked, fetches); i++) {
    const rows = entriesOf(Math.floor((i * fetches) / Math.min(looked, fetches)));
    entries = Math.max(entries, rows.length);
    const share = sources.map(() => 0);
    for (const row of rows) {
      const file = upperBound(offsets, offsets.length, row) - 1;
      share[file]! += rowBytes(sources[file]!, row - offsets[file]!);
    }
    share.forEach((bytes, file) => (most[file] = Math.max(most[file]!, bytes)));
  }
  const rows = sources.reduce((sum, { store, genes }, file) => sum + (store.kind === 'pack' ? packBytes(most[file]!, genes.length, width) : most[file]! * slack), 0);
  return rows + 12 * entries;
}

/** Packed rows and a table of columns. */
function packBytes(rows: number, genes: number, width: number): number {
  return Math.max(65_536, rows * slack) + columnBytes(width) * genes;
}

/** Bytes of a row once it is in memory: 8 an entry, as packed in a pack. */
function rowBytes({ store, meanEntries, genes }: LoaderSource, row: number): number {
  switch (store.kind) {
    case 'csr':
      return 8 * store.pointers.lengths[row]!;
    case 'pack':
      return store.pack.pointers.lengths[row]!;
    case 'dense':
      return 8 * meanEntries + 4 * genes.length;
    case 'scdl':
      return 8 * store.pointers.lengths[row]!;
    case 'spool':
    case 'tahoe':
    case 'memory':
      return 8 * meanEntries;
  }
}
