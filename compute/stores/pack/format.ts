/**
 * The pack: a compact copy of the counts of one file, beside it, for reading cells in any order. Derived data: safe to delete.
 *
 * 64 bytes: magic, version, place, size and CRC-32 of the description (JSON), CRC-32 of these bytes. Then the packed rows, each
 * with a check word of its own (codecs/pack), because rows are read singly; then tables with a CRC-32 each: bytes, sum, genes
 * and mitochondrial counts of every row over all genes of the file, where every 256th row begins, and the gene of every id. Then the description.
 */
import { closeSync, fsyncSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { stampOf } from '../../../io/stamp.ts';
import { failure, systemFailure } from '../../../protocol/errors.ts';

export const packVersion = 3;
export const headBytes = 64;
const magic = 'TRKPACK\n';

export interface PackTable {
  readonly offset: number;
  readonly bytes: number;
  readonly crc: number;
}

export interface PackDescription {
  readonly version: number;
  readonly rows: number;
  /** Of the file; the pack may hold fewer: as many as have an id. */
  readonly genes: number;
  readonly slot: string;
  /** Values may be no counts. */
  readonly fractions: boolean;
  /** The file it was made from: a changed one makes the pack useless. */
  readonly source: PackSource;
  /** Every row of the file has its genes in ascending order and no stored zeros: read in that order, the pack gives what the file gives. */
  readonly ordered: boolean;
  /** rowBytes: uint32, starts: float64, totals: float64, detected: uint32, mito: float64, geneOfId: int32. */
  readonly tables: Readonly<Record<PackTableName, PackTable>>;
}

export type PackTableName = 'rowBytes' | 'starts' | 'totals' | 'detected' | 'mito' | 'geneOfId';
export const packTables = ['rowBytes', 'starts', 'totals', 'detected', 'mito', 'geneOfId'] as const;

export interface PackSource {
  readonly name: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Rows between two starts that are kept. */
export const startStride = 256;

/** Where rows 0, `stride`, 2 `stride`... begin, and the end of the last row. */
export function rowStarts(rowBytes: Uint32Array, stride = startStride): Float64Array {
  const starts = new Float64Array(Math.ceil(rowBytes.length / stride) + 1);
  let at = headBytes;
  for (let row = 0; row < rowBytes.length; row++) {
    if (row % stride === 0) starts[row / stride] = at;
    at += rowBytes[row]!;
  }
  starts[starts.length - 1] = at;
  return starts;
}

/** `genes`: the pack of a selection of genes, which lies beside that of all. */
export function packPath(file: string, genes = false): string {
  return genes ? `${file}.genes.pack` : `${file}.pack`;
}

/** The file beside which a pack lies. */
export const fileOf = (pack: string): string => pack.replace(/(\.genes)?\.pack$/, '');

/** Errors: pack-unfit when a folder has the name of the pack. */
export function refuseFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw failure('pack-unfit', { path, file: fileOf(path), reason: 'it is a folder', folder: true, sound: false });
}

/** Errors: file-not-found. */
export function sourceOf(file: string, name: string): PackSource {
  const stamp = stampOf(file);
  if (stamp === null) throw failure('file-not-found', { path: file });
  return { name, bytes: stamp.bytes ?? 0, mtimeMs: stamp.mtimeMs };
}

export const sameSource = (a: PackSource, b: PackSource): boolean => a.bytes === b.bytes && a.mtimeMs === b.mtimeMs;

/** Writes tables, description and head behind `end`, and forces everything to disk. */
export function finishPack(fd: number, end: number, about: Omit<PackDescription, 'tables' | 'version'>, tables: Readonly<Record<PackTableName, NodeJS.TypedArray>>): void {
  let at = Math.ceil(end / 8) * 8;
  const placed = Object.fromEntries(packTables.map((name) => {
    const bytes = new Uint8Array(tables[name].buffer, tables[name].byteOffset, tables[name].byteLength);
    writeFully(fd, bytes, at);
    const table = { offset: at, bytes: bytes.length, crc: crc32(bytes) };
    at = Math.ceil((at + bytes.length) / 8) * 8;
    return [name, table];
  })) as Record<PackTableName, PackTable>;
  const json = Buffer.from(JSON.stringify({ version: packVersion, ...about, tables: placed } satisfies PackDescription));
  writeFully(fd, json, at);
  const head = Buffer.alloc(headBytes);
  head.write(magic, 0, 'latin1');
  head.writeUInt32LE(packVersion, 8);
  head.writeUInt32LE(json.length, 12);
  head.writeDoubleLE(at, 16);
  head.writeUInt32LE(crc32(json), 24);
  head.writeUInt32LE(crc32(head.subarray(0, 60)), 60);
  fsyncSync(fd);
  // The head comes last: without it the file is no pack.
  writeFully(fd, head, 0);
  fsyncSync(fd);
}

export function writeFully(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
}

/** Reads and checks the description. Errors: file-not-found, corrupt-file, pack-unfit for a folder, unsupported-encoding for another version. */
export function readDescription(path: string): PackDescription {
  const damaged = (element: string, reason: string): never => {
    throw failure('corrupt-file', { path, element, reason });
  };
  refuseFolder(path);
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  }
  try {
    const head = readFully(fd, 0, headBytes) ?? damaged('head', 'it is too short');
    if (head.toString('latin1', 0, 8) !== magic) damaged('head', 'it is no pack, or was never finished');
    if (head.readUInt32LE(60) !== crc32(head.subarray(0, 60))) damaged('head', 'its checksum does not match');
    const version = head.readUInt32LE(8);
    if (version !== packVersion) throw failure('unsupported-encoding', { path, element: 'pack', encoding: `version ${version}` });
    const json = readFully(fd, head.readDoubleLE(16), head.readUInt32LE(12)) ?? damaged('description', 'it lies outside the file');
    if (crc32(json) !== head.readUInt32LE(24)) damaged('description', 'its checksum does not match');
    return JSON.parse(json.toString('utf8')) as PackDescription;
  } catch (thrown) {
    throw systemFailure(thrown, path) ?? thrown;
  } finally {
    closeSync(fd);
  }
}

/** Null when the file ends before. */
export function readFully(fd: number, at: number, bytes: number): Buffer | null {
  const out = Buffer.alloc(bytes);
  for (let done = 0; done < bytes; ) {
    const got = readSync(fd, out, done, bytes - done, at + done);
    if (got === 0) return null;
    done += got;
  }
  return out;
}
