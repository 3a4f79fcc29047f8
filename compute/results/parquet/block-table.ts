/**
 * A Parquet table of equal blocks - one block of rows per group, the same row labels in each - whose every number has its
 * place before it is known: so any worker can write its part of any block, in any order, and a view can read one block or
 * one row of all blocks without decoding the rest. Columns are not compressed; a row group holds about half a million rows.
 */
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { failure, systemFailure } from '../../../protocol/errors.ts';
import { countingPlaces, dataPageHeader, dictionaryPage, encodings, physicalTypes, plainTexts, plainWholes, repeatedPlace } from './pages.ts';
import { thriftStruct, type ThriftField, type ThriftValue } from './thrift.ts';

export type BlockColumn =
  /** One label or whole number per block. */
  | { readonly name: string; readonly kind: 'block-label'; readonly values: readonly string[] }
  | { readonly name: string; readonly kind: 'block-count'; readonly values: readonly number[] }
  /** One label per row of a block, the same in every block. */
  | { readonly name: string; readonly kind: 'row-label'; readonly values: readonly string[] }
  /** A number for every row of every block: float64, or float32 when single. */
  | { readonly name: string; readonly kind: 'number'; readonly single: boolean };

/** Where the numbers of a file lie: plain data, kept beside the file. */
export interface BlockPlaces {
  readonly rows: number;
  readonly blocks: number;
  readonly blocksPerGroup: number;
  readonly columns: Readonly<Record<string, { /** First number of each row group. */ readonly starts: readonly number[]; readonly stride: number; readonly bytes: 4 | 8 }>>;
  /** Size of the file. */
  readonly bytes: number;
}

const wantedGroupRows = 524_288;

/** Writes everything but the numbers, which are zero until written, over what the file was. @throws disk-full, io-failed. */
export function createBlockTable(path: string, columns: readonly BlockColumn[], rows: number, blocks: number): BlockPlaces {
  const blocksPerGroup = Math.max(1, Math.floor(wantedGroupRows / Math.max(1, rows)));
  const file = openTableFile(path);
  const groups: ThriftValue[] = [];
  const places: Record<string, { starts: number[]; stride: number; bytes: 4 | 8 }> = {};
  const counting = countingPlaces(rows);
  /** Dictionaries that every row group has alike. */
  const rowLabels = new Map(columns.flatMap((column) => (column.kind === 'row-label' ? [[column.name, dictionaryPage(plainTexts(column.values), column.values.length)] as const] : [])));
  let at = 4;
  for (let first = 0; first < blocks; first += blocksPerGroup) {
    const count = Math.min(blocksPerGroup, blocks - first);
    const groupStart = at;
    const chunks = columns.map((column) => {
      const chunkStart = at;
      const dictionary = rowLabels.get(column.name) ?? dictionaryOf(column, first, count);
      if (dictionary) {
        file.write(dictionary, at);
        at += dictionary.length;
      }
      const dataStart = at;
      for (let block = 0; block < count; block++) {
        const body = bodyOf(column, block, rows, count, counting);
        const header = dataPageHeader(body.bytes, rows, body.fixed ? encodings.dictionary : encodings.plain);
        file.write(header, at);
        if (body.fixed) file.write(body.fixed, at + header.length);
        if (!body.fixed) {
          const place = (places[column.name] ??= { starts: [], stride: header.length + body.bytes, bytes: body.bytes / rows === 4 ? 4 : 8 });
          if (block === 0) place.starts.push(at + header.length);
        }
        at += header.length + body.bytes;
      }
      return chunkMeta(column, rows * count, dictionary ? chunkStart : null, dataStart, at - chunkStart, column.kind === 'block-label' ? column.values.slice(first, first + count) : null);
    });
    groups.push({ struct: [[1, { list: chunks, of: 'struct' }], [2, { i64: at - groupStart }], [3, { i64: rows * count }]] });
  }
  const footer = footerOf(columns, rows * blocks, groups);
  file.write(Buffer.from('PAR1'), 0);
  file.write(footer, at);
  file.close();
  return { rows, blocks, blocksPerGroup, columns: places, bytes: at + footer.length };
}

/** Byte at which row `row` of a block of a number column lies. */
export function placeOf(places: BlockPlaces, column: string, block: number, row: number): number {
  const found = places.columns[column];
  if (!found || block >= places.blocks || row > places.rows) throw failure('internal', { detail: `no place for ${column} ${block} ${row}` });
  return found.starts[Math.floor(block / places.blocksPerGroup)]! + (block % places.blocksPerGroup) * found.stride + row * found.bytes;
}

/** Writes consecutive rows of one block. */
export function writeNumbers(fd: number, places: BlockPlaces, column: string, block: number, row: number, values: Float64Array | Float32Array): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const at = placeOf(places, column, block, row);
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
}

/** Rows [start, end) of one block. @throws corrupt-result when the file is shorter. */
export function readNumbers(fd: number, path: string, places: BlockPlaces, column: string, block: number, start = 0, end = places.rows): Float64Array {
  const at = placeOf(places, column, block, start);
  const single = places.columns[column]!.bytes === 4;
  const values = single ? new Float32Array(end - start) : new Float64Array(end - start);
  const bytes = new Uint8Array(values.buffer);
  for (let done = 0; done < bytes.length; ) {
    const got = readSync(fd, bytes, done, bytes.length - done, at + done);
    if (got === 0) throw failure('corrupt-result', { path, reason: 'it is shorter than its table' });
    done += got;
  }
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

function dictionaryOf(column: BlockColumn, first: number, count: number): Uint8Array | null {
  switch (column.kind) {
    case 'block-label':
      return dictionaryPage(plainTexts(column.values.slice(first, first + count)), count);
    case 'block-count':
      return dictionaryPage(plainWholes(column.values.slice(first, first + count)), count);
    case 'row-label':
    case 'number':
      return null;
    default:
      return column satisfies never;
  }
}

/** A page's content where it is known already, and its size. */
function bodyOf(column: BlockColumn, block: number, rows: number, blocks: number, counting: Uint8Array): { bytes: number; fixed: Uint8Array | null } {
  if (column.kind === 'number') return { bytes: rows * (column.single ? 4 : 8), fixed: null };
  const fixed = column.kind === 'row-label' ? counting : repeatedPlace(block, rows, blocks);
  return { bytes: fixed.length, fixed };
}

function typeOf(column: BlockColumn): number {
  if (column.kind === 'number') return column.single ? physicalTypes.float : physicalTypes.double;
  return column.kind === 'block-count' ? physicalTypes.int64 : physicalTypes.text;
}

function chunkMeta(column: BlockColumn, values: number, dictionaryAt: number | null, dataAt: number, bytes: number, labels: readonly string[] | null): ThriftValue {
  const used = column.kind === 'number' ? [encodings.plain] : [encodings.plain, encodings.dictionary];
  // Rows of a label can be found without reading those of others.
  const ordered = labels === null ? null : [...labels].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const fields: ThriftField[] = [
    [1, { i32: typeOf(column) }], [2, { list: used.map((i32) => ({ i32 })), of: 'i32' }], [3, { list: [{ text: column.name }], of: 'text' }], [4, { i32: 0 }],
    [5, { i64: values }], [6, { i64: bytes }], [7, { i64: bytes }], [9, { i64: dataAt }],
    ...(dictionaryAt === null ? [] : [[11, { i64: dictionaryAt }] as const]),
    ...(ordered === null ? [] : [[12, { struct: [[5, { text: ordered.at(-1)! }], [6, { text: ordered[0]! }]] }] as const]),
  ];
  return { struct: [[2, { i64: dictionaryAt ?? dataAt }], [3, { struct: fields }]] };
}

function footerOf(columns: readonly BlockColumn[], rows: number, groups: readonly ThriftValue[]): Uint8Array {
  const schema: ThriftValue[] = [
    { struct: [[4, { text: 'schema' }], [5, { i32: columns.length }]] },
    ...columns.map((column): ThriftValue => {
      const text = typeOf(column) === physicalTypes.text;
      return { struct: [[1, { i32: typeOf(column) }], [3, { i32: 0 }], [4, { text: column.name }], ...(text ? [[6, { i32: 0 }] as const] : [])] };
    }),
  ];
  const meta = thriftStruct([
    [1, { i32: 1 }], [2, { list: schema, of: 'struct' }], [3, { i64: rows }], [4, { list: groups, of: 'struct' }], [6, { text: 'truckee' }],
  ]);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(meta.length);
  tail.write('PAR1', 4);
  return Buffer.concat([meta, tail]);
}

/** @throws disk-full, io-failed... from every call. */
function openTableFile(path: string): { write(bytes: Uint8Array, at: number): void; close(): void } {
  const guarded = <T>(act: () => T): T => {
    try {
      return act();
    } catch (cause) {
      throw systemFailure(cause, path) ?? cause;
    }
  };
  const fd = guarded(() => openSync(path, 'w'));
  return {
    write: (bytes, at) => guarded(() => {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
    }),
    close: () => guarded(() => {
      fsyncSync(fd);
      closeSync(fd);
    }),
  };
}
