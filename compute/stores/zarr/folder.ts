/** A Zarr store in a folder, versions 2 and 3, through zarrita: groups, arrays, and what is listed. */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as zarr from 'zarrita';
import { failure, isTruckeeError, messageOf, systemFailure } from '../../../protocol/errors.ts';
import { registerCodecs } from './codecs.ts';

registerCodecs();

type ZarrKey = `/${string}`;

/** Files of a folder by key; an absent file is no error here. Reading is synchronous: whoever reads has a thread of his own. */
export class ZarrFolder {
  readonly folder: string;
  /** The last key that was asked for and is not there. */
  missed: string | null = null;
  constructor(folder: string) {
    this.folder = folder;
  }
  get(key: ZarrKey): Uint8Array | undefined {
    try {
      // In a buffer of its own: decoders look at the whole of it.
      return Uint8Array.from(readFileSync(join(this.folder, key)));
    } catch (thrown) {
      return this.absent(thrown, key);
    }
  }
  getRange(key: ZarrKey, range: { offset: number; length: number } | { suffixLength: number }): Uint8Array | undefined {
    const path = join(this.folder, key);
    try {
      const fd = openSync(path, 'r');
      try {
        const { size } = fstatSync(fd);
        const [offset, length] = 'suffixLength' in range ? [size - range.suffixLength, range.suffixLength] : [range.offset, range.length];
        if (offset < 0 || offset + length > size) throw failure('truncated-file', { path, expectedBytes: offset < 0 ? length : offset + length, actualBytes: size });
        const out = new Uint8Array(length);
        for (let got = 0; got < length; ) got += readSync(fd, out, got, length - got, offset + got);
        return out;
      } finally {
        closeSync(fd);
      }
    } catch (thrown) {
      return this.absent(thrown, key);
    }
  }
  private absent(thrown: unknown, key: ZarrKey): undefined {
    if (!(thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR'))) throw systemFailure(thrown, join(this.folder, key)) ?? thrown;
    this.missed = key;
  }
}

export type ZarrArray = zarr.Array<zarr.DataType, ZarrFolder>;
export type ZarrNode = ZarrArray | zarr.Group<ZarrFolder>;

/** The node of a name ('X', 'obs/plate'), null when there is none. Errors: corrupt-file. */
export async function nodeAt(store: ZarrFolder, name: string): Promise<ZarrNode | null> {
  const at = join(store.folder, name);
  if (!['.zarray', '.zgroup', 'zarr.json'].some((file) => existsSync(join(at, file)))) return null;
  return damaging(store, name, () => zarr.open(name === '' ? zarr.root(store) : zarr.root(store).resolve(name)));
}

/** An array that must be there. Errors: corrupt-file, unsupported-encoding. */
export async function arrayAt(store: ZarrFolder, name: string): Promise<ZarrArray> {
  const node = await nodeAt(store, name);
  if (node?.kind !== 'array') throw failure('corrupt-file', { path: store.folder, element: name, reason: node === null ? 'it is missing' : 'it is a group where an array is needed' });
  return node;
}

/** Names of what a group holds. */
export function childrenOf(store: ZarrFolder, name: string): string[] {
  const at = join(store.folder, name);
  if (!existsSync(at)) return [];
  return readdirSync(at).filter((child) => !child.startsWith('.') && statSync(join(at, child)).isDirectory()).sort();
}

/** Errors of zarrita and of codecs become corrupt-file, those it cannot do unsupported-encoding. */
export async function damaging<T>(store: ZarrFolder, name: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    if (isTruckeeError(thrown)) throw thrown;
    // The reader wraps what a store throws.
    for (let cause = thrown; cause instanceof Error; cause = cause.cause) if (isTruckeeError(cause)) throw cause;
    const unknown = zarr.isZarritaError(thrown, 'UnknownCodecError', 'UnsupportedError');
    if (unknown) throw failure('unsupported-encoding', { path: store.folder, element: name, encoding: messageOf(thrown) }, thrown);
    throw failure('corrupt-file', { path: store.folder, element: name, reason: messageOf(thrown).slice(0, 200) }, thrown);
  }
}
