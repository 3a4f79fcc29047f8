/** Where the chunks of a Zarr array lie: its files as one row, and an index over them as HDF5 has one. */
import { crc32c } from '../../io/crc32c.ts';
import { joinFiles, joinedName, openJoined, type JoinedFiles } from '../../io/joined-files.ts';
import type { FileBytes } from '../../io/file.ts';
import type { ChunkIndex } from '../hdf5/index.ts';
import { NotRead, type ZarrStorage } from './storage.ts';

/** An index of more would take a quarter of a GiB. */
const mostChunks = 1 << 24;
const entryBytes = 16;
/** Offset and length of a chunk that a shard does not hold. */
const absent = 0xffff_ffff;

/** Looks at all files of the array, and reads the index of every shard. Throws a plain Error on damage. */
export function placeChunks(folder: string, shape: readonly number[], storage: ZarrStorage): { files: JoinedFiles; index: ChunkIndex } {
  const { chunkShape, fileShape, shard } = storage;
  const grid = shape.map((length, axis) => Math.ceil(length / fileShape[axis]!));
  const counts = shape.map((length, axis) => Math.ceil(length / chunkShape[axis]!));
  const total = product(counts);
  if (total > mostChunks) throw new NotRead(`${total} chunks (more than ${mostChunks})`);
  const files = joinFiles({ folder, grid, prefix: storage.prefix, separator: storage.separator });
  const index: ChunkIndex = { offset: new Float64Array(total), storedBytes: new Uint32Array(total), filterMask: new Uint32Array(total) };
  if (shard !== null) {
    placeInShards(files, storage, counts, index);
    return { files, index };
  }
  for (let chunk = 0; chunk < total; chunk++) {
    index.offset[chunk] = files.starts[chunk]!;
    index.storedBytes[chunk] = asBytes(files.starts[chunk + 1]! - files.starts[chunk]!, joinedName(files, chunk));
  }
  return { files, index };
}

function placeInShards(files: JoinedFiles, { chunkShape, fileShape, shard }: ZarrStorage, counts: readonly number[], index: ChunkIndex): void {
  const per = fileShape.map((length, axis) => length / chunkShape[axis]!);
  const held = product(per);
  const indexBytes = entryBytes * held + (shard!.checksum ? 4 : 0);
  const bytes = openJoined(files);
  try {
    for (let file = 0; file + 1 < files.starts.length; file++) {
      const [start, end] = [files.starts[file]!, files.starts[file + 1]!];
      if (end === start) continue;
      const name = joinedName(files, file);
      if (end - start < indexBytes) throw new Error(`its shard ${name} is too short for its index`);
      const entries = shardIndex(bytes, shard!.indexFirst ? start : end - indexBytes, indexBytes, shard!.checksum, name);
      for (let inner = 0; inner < held; inner++) {
        const chunk = chunkAt(file, inner, files.grid, per, counts);
        const [low, high] = [entries.getUint32(entryBytes * inner, true), entries.getUint32(entryBytes * inner + 4, true)];
        if (chunk < 0 || (low === absent && high === absent)) continue;
        const [offset, stored] = [low + high * 2 ** 32, Number(entries.getBigUint64(entryBytes * inner + 8, true))];
        if (offset + stored > end - start) throw new Error(`the index of its shard ${name} leads outside`);
        index.offset[chunk] = start + offset;
        index.storedBytes[chunk] = asBytes(stored, name);
      }
    }
  } finally {
    bytes.close();
  }
}

function shardIndex(bytes: FileBytes, offset: number, length: number, checksum: boolean, name: string): DataView {
  const read = bytes.read(offset, length);
  const view = new DataView(read.buffer, read.byteOffset, read.length);
  if (checksum && view.getUint32(length - 4, true) !== crc32c(read.subarray(0, length - 4))) throw new Error(`the index of its shard ${name} is damaged`);
  return view;
}

/** Number of a shard's inner chunk among all; -1 for one beyond the array. */
function chunkAt(file: number, inner: number, grid: readonly number[], per: readonly number[], counts: readonly number[]): number {
  let [restFile, restInner, step, chunk] = [file, inner, 1, 0];
  for (let axis = counts.length - 1; axis >= 0; axis--) {
    const place = (restFile % grid[axis]!) * per[axis]! + (restInner % per[axis]!);
    if (place >= counts[axis]!) return -1;
    chunk += place * step;
    step *= counts[axis]!;
    restFile = Math.floor(restFile / grid[axis]!);
    restInner = Math.floor(restInner / per[axis]!);
  }
  return chunk;
}

function asBytes(bytes: number, name: string): number {
  if (bytes >= 2 ** 32) throw new Error(`its file ${name} holds a chunk of impossible size`);
  return bytes;
}

const product = (lengths: readonly number[]): number => lengths.reduce((all, length) => all * length, 1);
