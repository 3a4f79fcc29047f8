/** How the chunks of a Zarr array are kept: their shape, what they went through, names of their files, shards. */
import { bloscCompressors } from '../codecs/index.ts';
import type { H5Filter } from '../hdf5/index.ts';
import { lengthsOf, listOf, objectOf, type Json, type JsonObject, type ZarrNode } from './metadata.ts';

export interface ZarrStorage {
  /** Of what is decoded in one go: inner chunks where they lie in shards. */
  readonly chunkShape: readonly number[];
  /** Of what one file covers. */
  readonly fileShape: readonly number[];
  /** In pipeline order (as applied when writing). */
  readonly filters: readonly H5Filter[];
  readonly prefix: string;
  readonly separator: string;
  /** Null where every chunk is a file. */
  readonly shard: { readonly indexFirst: boolean; readonly checksum: boolean } | null;
}

/** What cannot be read here, in words; whoever knows file and element makes an error of it. */
export class NotRead extends Error {}

const refuse = (words: string): never => {
  throw new NotRead(words);
};

/** Throws NotRead, or a plain Error for a document that contradicts itself. */
export function storageOf(node: ZarrNode, axes: number, elementBytes: number): ZarrStorage {
  return node.version === 2 ? olderStorage(node.meta, axes, elementBytes) : newerStorage(node.meta, axes);
}

function olderStorage(meta: JsonObject, axes: number, elementBytes: number): ZarrStorage {
  const chunkShape = chunksOf(meta['chunks'], axes);
  if (meta['order'] === 'F' && isTransposed(chunkShape)) refuse('chunks in column order');
  const filters = listOf(meta['filters']).map(objectOf).filter(({ id }) => id !== 'vlen-utf8').map((filter) => filterOf(String(filter['id']), filter, elementBytes));
  const compressor = objectOf(meta['compressor']);
  if (compressor['id'] !== undefined) filters.push(filterOf(String(compressor['id']), compressor, elementBytes));
  return { chunkShape, fileShape: chunkShape, filters, prefix: '', separator: meta['dimension_separator'] === '/' ? '/' : '.', shard: null };
}

function newerStorage(meta: JsonObject, axes: number): ZarrStorage {
  const grid = objectOf(meta['chunk_grid']);
  if (grid['name'] !== 'regular') refuse(`chunks on a ${String(grid['name'])} grid`);
  if (listOf(meta['storage_transformers']).length > 0) refuse('storage transformers');
  const fileShape = chunksOf(objectOf(grid['configuration'])['chunk_shape'], axes);
  const keys = objectOf(meta['chunk_key_encoding']);
  const separator = objectOf(keys['configuration'])['separator'];
  const names = keys['name'] === 'v2' ? { prefix: '', separator: separator === '/' ? '/' : '.' } : separator === '.' ? { prefix: axes === 0 ? 'c' : 'c.', separator: '.' } : { prefix: axes === 0 ? 'c' : 'c/', separator: '/' };
  const codecs = listOf(meta['codecs']).map(objectOf);
  const shards = codecs.find(({ name }) => name === 'sharding_indexed');
  if (shards === undefined) return { chunkShape: fileShape, fileShape, filters: codecsOf(codecs, fileShape), ...names, shard: null };
  if (codecs.length > 1) refuse('shards inside other codecs');
  const inner = objectOf(shards['configuration']);
  const chunkShape = chunksOf(inner['chunk_shape'], axes);
  if (chunkShape.some((length, axis) => fileShape[axis]! % length !== 0)) throw new Error('its shards hold no whole number of chunks');
  const index = listOf(inner['index_codecs']).map(objectOf);
  const plain = index[0]?.['name'] === 'bytes' && objectOf(index[0]['configuration'])['endian'] !== 'big' && index.length <= 2 && (index.length < 2 || index[1]!['name'] === 'crc32c');
  if (!plain) refuse('shards with an index in another form');
  return { chunkShape, fileShape, filters: codecsOf(listOf(inner['codecs']).map(objectOf), chunkShape), ...names, shard: { indexFirst: inner['index_location'] === 'start', checksum: index.length === 2 } };
}

function chunksOf(value: Json | undefined, axes: number): readonly number[] {
  const lengths = lengthsOf(value, 1);
  if (lengths?.length !== axes) throw new Error('its chunks have another number of axes than its shape');
  return lengths;
}

/** Codecs after the one that lays elements out as bytes. */
function codecsOf(codecs: readonly JsonObject[], chunkShape: readonly number[]): H5Filter[] {
  return codecs.flatMap((codec) => {
    const name = String(codec['name']).replace(/^numcodecs\./, '');
    if (name === 'bytes' || name === 'vlen-utf8') return [];
    const configuration = objectOf(codec['configuration']);
    if (name !== 'transpose') return [filterOf(name, configuration, 1)];
    const order = listOf(configuration['order']);
    if (order.some((axis, i) => axis !== i) && isTransposed(chunkShape)) refuse('chunks in column order');
    return [];
  });
}

/** Whether the order of the axes makes a difference. */
const isTransposed = (chunkShape: readonly number[]): boolean => chunkShape.filter((length) => length > 1).length > 1;

function filterOf(id: string, configuration: JsonObject, elementBytes: number): H5Filter {
  switch (id) {
    case 'zlib':
      return { id: 'deflate' };
    case 'gzip':
    case 'zstd':
    case 'lz4':
    case 'crc32c':
      return { id };
    case 'blosc': {
      const name = String(configuration['cname']);
      return bloscCompressors.includes(name) ? { id } : refuse(`Blosc with ${name}`);
    }
    case 'shuffle':
      return { id, elementBytes: typeof configuration['elementsize'] === 'number' ? configuration['elementsize'] : elementBytes };
    default:
      return refuse(`the codec ${id}`);
  }
}
