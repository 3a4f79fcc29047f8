/**
 * First look at a file with plain reads, before the HDF5 library sees it: is it there, is it HDF5, is it whole? The library
 * would answer these with its own stack of messages; here they become the errors a user can act on.
 */
import { statSync } from 'node:fs';
import { isZarrStore } from '../../io/stamp.ts';
import { failure, isTruckeeError, messageOf, systemFailure } from '../../protocol/errors.ts';
import { cursorOver, type Widths } from './cursor.ts';
import { openBytes, type FileBytes } from '../../io/file.ts';
import { looksLike } from './looks.ts';

const magic = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** An HDF5 file found whole: its bytes (left open) and what its superblock lays down. */
export interface ProbedFile {
  readonly bytes: FileBytes;
  readonly widths: Widths;
}

/** Errors: file-not-found, not-permitted, io-failed, not-hdf5, truncated-file, corrupt-file, unsupported-format. */
export function probeFile(path: string): ProbedFile {
  const folder = folderWords(path);
  if (folder !== null) throw failure('not-hdf5', { path, found: folder });
  const bytes = openBytes(path);
  try {
    const start = findMagic(bytes);
    if (start === null) throw failure('not-hdf5', { path, found: looksLike(bytes.read(0, Math.min(bytes.size, 512))) });
    return { bytes, widths: readSuperblock(bytes, start) };
  } catch (thrown) {
    bytes.close();
    if (isTruckeeError(thrown)) throw thrown;
    throw failure('corrupt-file', { path, element: 'the superblock', reason: messageOf(thrown) }, thrown);
  }
}

/** What a path names when it is not an ordinary file; opening a pipe would wait for ever. Null for ordinary files. */
function folderWords(path: string): string | null {
  try {
    const stat = statSync(path);
    if (stat.isFile()) return null;
    if (!stat.isDirectory()) return 'a device or pipe';
    return isZarrStore(path) ? 'a Zarr folder' : 'a folder';
  } catch (thrown) {
    throw systemFailure(thrown, path) ?? failure('file-not-found', { path }, thrown);
  }
}

/** The superblock starts at 0, or after a user block of 512, 1024, 2048... bytes. */
function findMagic(bytes: FileBytes): number | null {
  for (let start = 0; start + magic.length <= bytes.size; start = start === 0 ? 512 : start * 2) {
    const found = bytes.read(start, magic.length);
    if (magic.every((byte, i) => found[i] === byte)) return start;
  }
  return null;
}

function readSuperblock(bytes: FileBytes, start: number): Widths {
  const { path, size } = bytes;
  const head = bytes.read(start, Math.min(size - start, 128));
  const short = (): never => {
    throw failure('truncated-file', { path, expectedBytes: start + 96, actualBytes: size });
  };
  if (head.length < 48) short();
  const version = head[8]!;
  if (version > 3) throw failure('unsupported-format', { path, format: `HDF5 superblock ${version}`, hint: 'Write it again with a current h5py.' });
  const [offsetBytes, lengthBytes] = version < 2 ? [head[13]!, head[14]!] : [head[9]!, head[10]!];
  if (![2, 4, 8].includes(offsetBytes) || ![2, 4, 8].includes(lengthBytes)) throw new Error('it gives impossible address widths');

  const fieldsAt = version === 0 ? 24 : version === 1 ? 28 : 12;
  if (head.length < fieldsAt + 4 * offsetBytes) short();
  const cursor = cursorOver(head.subarray(fieldsAt), { offsetBytes, lengthBytes, base: 0 });
  const statedBase = cursor.address();
  cursor.skip(offsetBytes);
  const endOfFile = cursor.address();
  if (statedBase === null || endOfFile === null) throw new Error('it gives no size');
  // The file may have moved inside a larger one since it was written: like the library, trust where the magic was found.
  const expectedBytes = endOfFile + start - statedBase;
  if (expectedBytes > size) throw failure('truncated-file', { path, expectedBytes, actualBytes: size });
  return { offsetBytes, lengthBytes, base: start };
}
