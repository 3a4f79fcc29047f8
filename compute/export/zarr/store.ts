/** A folder of Zarr v2 files under construction: groups, chunks that others make, and all metadata in one place. */
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemFailure } from '../../../protocol/errors.ts';
import { zarrUnderWay } from '../../../steps/writing.ts';
import { syncFolder } from '../../../io/sync-folder.ts';
import type { ChunkPacker } from '../../codecs/deflate/packer.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface ZarrStore {
  /** Of the chunks of numbers. */
  readonly packer: ChunkPacker;
  /** Makes a group; the empty name is the root. `attributes` may be completed until `seal`. */
  group(name: string, attributes: Json): void;
  /** Records the metadata of an array; written by `seal`. */
  describe(name: string, meta: Json, attributes: Json): void;
  /** Hands in a chunk that is still being made; waits only when too many are under way. */
  chunk(name: string, key: string, bytes: Promise<Uint8Array> | Uint8Array): Promise<void>;
  /** Waits for all chunks and makes them durable; the bytes of them. */
  sync(): Promise<number>;
  /** Bytes that an earlier attempt had written by then. */
  goOn(bytes: number): Promise<void>;
  /** Waits for all chunks, writes metadata and `.zmetadata` (all of it in one file). Returns the bytes of all files. */
  seal(): Promise<number>;
}

/** Errors, here and later: disk-full, not-permitted and the like, with the path. */
export function createStore(root: string, packer: ChunkPacker): ZarrStore {
  const metadata = new Map<string, Json>();
  const underWay: Promise<void>[] = [];
  const folders = new Set<string>();
  let bytes = 0;

  const write = (name: string, content: Uint8Array): void => {
    writeDurably(join(root, name), content);
    bytes += content.length;
  };
  const folder = (name: string): void => {
    const path = join(root, name);
    if (folders.has(path)) return;
    folders.add(path);
    try {
      mkdirSync(path, { recursive: true });
    } catch (cause) {
      throw systemFailure(cause, path) ?? cause;
    }
  };
  const settle = async (): Promise<void> => {
    while (underWay.length > 0) await underWay.shift();
  };
  const key = (name: string, file: string): string => (name === '' ? file : `${name}/${file}`);
  folder('');

  return {
    packer,
    group(name, attributes) {
      folder(name);
      metadata.set(key(name, '.zgroup'), { zarr_format: 2 });
      metadata.set(key(name, '.zattrs'), attributes);
    },
    describe(name, meta, attributes) {
      folder(name);
      metadata.set(key(name, '.zarray'), { ...meta, zarr_format: 2 });
      metadata.set(key(name, '.zattrs'), attributes);
    },
    async chunk(name, chunkKey, content) {
      folder(name);
      const job = Promise.resolve(content).then((made) => write(`${name}/${chunkKey}`, made));
      // Awaited later, in order; without this an early failure would count as unhandled.
      job.catch(() => undefined);
      underWay.push(job);
      while (underWay.length > zarrUnderWay) await underWay.shift();
    },
    async sync() {
      await settle();
      for (const path of folders) syncFolder(path);
      return bytes;
    },
    async goOn(from) {
      await settle();
      bytes = from;
    },
    async seal() {
      await settle();
      const text = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);
      for (const [name, value] of metadata) write(name, text(value));
      write('.zmetadata', text({ metadata: Object.fromEntries(metadata), zarr_consolidated_format: 1 }));
      for (const path of folders) syncFolder(path);
      return bytes;
    },
  };
}

function writeDurably(path: string, content: Uint8Array): void {
  try {
    const fd = openSync(path, 'w');
    try {
      for (let done = 0; done < content.length; ) done += writeSync(fd, content, done, content.length - done);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  }
}
