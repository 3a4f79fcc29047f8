/** Reading packs: opened and checked once, then rows by id in any worker; and whole verification. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { openPackCodec, type PackCodec } from '../../codecs/pack/codec.ts';
import { failure, isKind, messageOf, TruckeeError } from '../../../protocol/errors.ts';
import { createLinearMemory } from '../../kernels/wasm/memory.ts';
import type { MatrixFacts } from '../../../protocol/matrix.ts';
import { openBytes } from '../../../io/file.ts';
import type { RowStore, RowView } from '../rows/contract.ts';
import { pointerStride, startOf, type RowPointers } from '../rows/pointers.ts';
import { packedRows } from './rows.ts';
import { packPath, readDescription, readFully, rowStarts, sameSource, sourceOf, type PackDescription, type PackTableName } from './format.ts';

/** What workers need; arrays are in shared memory. */
export interface PackSpec {
  readonly path: string;
  /** Bytes of every row. */
  readonly pointers: RowPointers;
  /** Sums over all genes of the file. */
  readonly totals: Float64Array;
  readonly geneOfId: Int32Array;
  /** The file from its first byte to the end of the rows, as whole 64-bit words in shared memory: rows are taken from there, not read. */
  readonly held?: Float64Array;
}

/** What lies beside a file under a pack's name: the pack, or why it is left alone. */
export interface FoundPack {
  readonly path: string;
  readonly pack: PackSpec | null;
  /** Of another version or another file, of a file that has changed since, of other genes; a folder. Null where there is a pack. */
  readonly reason: string | null;
}

/**
 * The pack beside a file: of all genes, else one that has at least those wanted (indices into the file's genes). Null when there
 * is none; a damaged one is an error.
 */
export function packBeside(file: string, wanted: Int32Array | null = null): FoundPack | null {
  const whole = foundAt(file, packPath(file));
  if (whole?.pack || wanted === null) return whole;
  const some = foundAt(file, packPath(file, true));
  if (!some?.pack) return whole ?? some;
  const there = new Set(some.pack.geneOfId);
  const lacking = wanted.reduce((sum, gene) => sum + (there.has(gene) ? 0 : 1), 0);
  return lacking === 0 ? some : (whole ?? { path: some.path, pack: null, reason: `it lacks ${lacking} of the ${wanted.length} genes asked for` });
}

function foundAt(file: string, path: string): FoundPack | null {
  if (!existsSync(path)) return null;
  let description: PackDescription;
  try {
    description = readDescription(path);
  } catch (thrown) {
    if (isKind(thrown, 'unsupported-encoding')) return { path, pack: null, reason: 'it was made by another version of Truckee' };
    if (isKind(thrown, 'pack-unfit')) return { path, pack: null, reason: String(thrown.data.facts['reason']) };
    throw thrown;
  }
  const reason = strangeness(file, description);
  return reason === null ? { path, pack: packSpec(path, description), reason } : { path, pack: null, reason };
}

/** Why a pack is not that of this file as it is now; null when it is. */
function strangeness(file: string, { source }: PackDescription): string | null {
  const now = sourceOf(file, basename(file));
  if (sameSource(source, now)) return null;
  return source.name === now.name ? 'the file has changed since it was made' : `it was made from another file (${source.name})`;
}

/** Errors: pack-unfit when a pack, whole as it may be, is not that of this file as it is now; those of opening it. */
export function checkPackOf(file: string, path: string, description = readDescription(path)): void {
  const reason = strangeness(file, description);
  if (reason !== null) throw failure('pack-unfit', { path, file, reason, sound: true });
}

/** The pack that gives what this matrix of a file gives, row by row; or why the one that is there does not; null for none. */
export function packInPlaceOf(file: string, { slot, nObs, nVars }: MatrixFacts): { path: string; reason?: never } | { path?: never; reason: string } | null {
  const path = packPath(file);
  if (!existsSync(path)) return null;
  try {
    const description = readDescription(path);
    const { ordered, rows, genes, tables, ...about } = description;
    const strange = strangeness(file, description);
    if (strange !== null) return { reason: strange };
    if (about.slot !== slot || rows !== nObs || genes !== nVars || tables.geneOfId.bytes !== 4 * genes) return { reason: `it holds ${about.slot}, not all of ${slot}` };
    return ordered ? { path } : { reason: 'the file has rows whose genes are not in ascending order, or stored zeros' };
  } catch (thrown) {
    if (thrown instanceof TruckeeError) return { reason: messageOf(thrown) };
    throw thrown;
  }
}

/** Errors: corrupt-file when a table does not fit its checksum. */
export function packSpec(path: string, description = readDescription(path)): PackSpec {
  const { rows } = description;
  const rowBytes = new Uint32Array(table(path, description, 'rowBytes', 4 * rows));
  const narrow = rowBytes.every((bytes) => bytes < 65_536);
  const lengths = narrow ? new Uint16Array(new SharedArrayBuffer(2 * rows)) : new Uint32Array(new SharedArrayBuffer(4 * rows));
  lengths.set(rowBytes);
  const found = rowStarts(rowBytes, pointerStride);
  const starts = new Float64Array(new SharedArrayBuffer(found.byteLength));
  starts.set(found);
  const totals = new Float64Array(new SharedArrayBuffer(8 * rows));
  totals.set(new Float64Array(table(path, description, 'totals', 8 * rows)));
  const geneOfId = new Int32Array(table(path, description, 'geneOfId', description.tables.geneOfId.bytes));
  return { path, pointers: { rows, starts, lengths }, totals, geneOfId };
}

/** The bytes of a table. Errors: corrupt-file when it does not fit its checksum. */
export function table(path: string, { tables }: PackDescription, name: PackTableName, expected: number): ArrayBuffer {
  const { offset, bytes, crc } = tables[name];
  const fd = openSync(path, 'r');
  try {
    const read = bytes === expected ? readFully(fd, offset, bytes) : null;
    if (read === null || crc32(read) !== crc) throw failure('corrupt-file', { path, element: name, reason: 'its checksum does not match' });
    return Uint8Array.from(read).buffer;
  } finally {
    closeSync(fd);
  }
}

/** Bytes that a pack takes when it is held in memory: as packed. */
export const packedBytes = ({ pointers }: PackSpec, rows = pointers.rows): number => 8 * Math.ceil(startOf(pointers, rows) / 8);

/** The pack with its first `rows` rows read into memory that all workers share. Errors: those of reading. */
export function holdPack(pack: PackSpec, rows = pack.pointers.rows): PackSpec {
  const bytes = new Uint8Array(new SharedArrayBuffer(packedBytes(pack, rows)));
  const file = openBytes(pack.path);
  try {
    file.readInto(0, bytes);
  } finally {
    file.close();
  }
  return { ...pack, held: new Float64Array(bytes.buffer) };
}

/** A codec for the packs that one thread reads. */
export function packCodec(): PackCodec {
  return openPackCodec(createLinearMemory(2 ** 32));
}

/** One pack as any store. Errors while loading and decoding: see packedRows. */
export function packStore(spec: PackSpec, view: RowView, codec = packCodec()): RowStore {
  const rows = packedRows([{ spec, rowOffset: 0, columns: view.columns }], view, codec);
  return {
    load: (ids) => rows.load(ids),
    entries: (k) => rows.stored(k, k + 1),
    csr: (k, indices, values, at) => rows.csr(k, k + 1, null, indices, values, at),
    dense: (k, out, at) => rows.dense(k, k + 1, out, at),
    // Packed rows lie in the codec's memory, which whoever made it counts.
    heldBytes: () => rows.heldBytes(),
    close: () => rows.close(),
  };
}

/** Checks every row, its sum included, and every table. Errors: corrupt-file that names what is damaged. */
export async function verifyPack(path: string, options: { signal?: AbortSignal; onRows?: (done: number, total: number) => void } = {}): Promise<PackDescription> {
  const description = readDescription(path);
  for (const name of Object.keys(description.tables) as PackTableName[]) table(path, description, name, description.tables[name].bytes);
  const spec = packSpec(path, description);
  const store = packStore(spec, { columns: null, width: description.genes, targetSum: null, log1p: false });
  const whole = spec.geneOfId.length === description.genes;
  const indices = new Int32Array(description.genes);
  const values = new Float32Array(description.genes);
  try {
    for (let start = 0; start < description.rows; start += 2048) {
      if (options.signal?.aborted) throw failure('cancelled', { step: 'pack verify' });
      const rows = Math.min(2048, description.rows - start);
      await store.load(Uint32Array.from({ length: rows }, (_, i) => start + i));
      for (let k = 0; k < rows; k++) {
        const written = store.csr(k, indices, values, 0);
        let sum = 0;
        for (let i = 0; i < written; i++) sum += values[i]!;
        // Sums of counts are exact in any order.
        if (!description.fractions && whole && sum !== spec.totals[start + k]) throw failure('corrupt-file', { path, element: `row ${start + k}`, reason: 'its sum is not the one recorded' });
      }
      options.onRows?.(start + rows, description.rows);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    store.close();
  }
  return description;
}
