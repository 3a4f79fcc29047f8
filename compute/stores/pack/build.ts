/**
 * Builds a pack: rows are packed by whoever `encode` is, several ranges at a time, and appended in order. Killed at any moment
 * it goes on where it was: the file is the same to the last byte.
 */
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { failure, systemFailure } from '../../../protocol/errors.ts';
import { nearNames } from '../../../protocol/format.ts';
import { syncFolder } from '../../../io/sync-folder.ts';
import { geneRank } from '../../codecs/pack/encoder.ts';
import { plainArena } from '../../kernels/block.ts';
import type { MatrixSpec } from '../contract.ts';
import { openMatrix } from '../open-matrix.ts';
import { encodeRange, type EncodedRows, type EncodeRequest } from './encode.ts';
import { finishPack, headBytes, readFully, refuseFolder, rowStarts, sameSource, writeFully, type PackSource } from './format.ts';
import { claimBuild, refuseBusy } from './owner.ts';

export interface BuildOptions {
  readonly matrix: MatrixSpec;
  readonly geneNames: readonly string[];
  readonly source: PackSource;
  /** Keep values that are no counts as float32; default: they are refused. */
  readonly fractions?: boolean;
  /** Only these genes; default all. What is kept of each row (sum, genes, mitochondrial counts) is over all genes all the same. */
  readonly genes?: readonly string[];
  /** Packs a range; default in this thread. */
  readonly encode?: (request: EncodeRequest) => Promise<EncodedRows>;
  /** Ranges in the works at a time. */
  readonly parallel?: number;
  /** Packed bytes after which everything is forced to disk, default 32 MiB: what a kill can cost. */
  readonly flushBytes?: number;
  readonly signal?: AbortSignal;
  onRows?(done: number, total: number): void;
}

/** Rows packed in one go. */
export const rangeRows = 4096;
/** Per row in the file of rows that are finished: bytes, sum, genes, mitochondrial counts, in order or not, as float64. */
const recordNumbers = 5;
const recordBytes = 8 * recordNumbers;
/** Forced to disk after about so much. */
const flushBytes = 32 << 20;

/** Builds `path`, or goes on with what an earlier call began. Errors: busy while another build of it is at work; pack-unfit for a folder; disk-full, not-counts, cancelled, and those of reading. */
export async function buildPack(path: string, options: BuildOptions): Promise<{ rows: number; bytes: number; resumedAt: number }> {
  const { matrix, source, fractions = false, parallel = 1, signal } = options;
  const { nObs, nVars, slot } = matrix.facts;
  const part = `${path}.part`;
  refuseFolder(path);
  const release = claimBuild(path);
  try {
    const order = await settings(part, options);
    const ranks = Int32Array.from(options.geneNames, (name) => geneRank(0, isMito(name), true));
    order.forEach((gene, id) => (ranks[gene] = geneRank(id, isMito(options.geneNames[gene]!))));
    const fd = openSync(part, existsSync(part) ? 'r+' : 'w+');
    const rowsFd = openSync(`${part}.rows`, existsSync(`${part}.rows`) ? 'r+' : 'w+');
    try {
      const begun = resume(fd, rowsFd, nObs);
      let { rows, end } = begun;
      const encode = options.encode ?? ((request: EncodeRequest) => encodeRange(request, signal));
      const waiting: Promise<EncodedRows>[] = [];
      let asked = rows;
      let held: EncodedRows[] = [];
      let heldBytes = 0;
      const flush = (): void => {
        fsyncSync(fd);
        for (const one of held) {
          writeFully(rowsFd, records(one), rows * recordBytes);
          rows += one.rowBytes.length;
        }
        held = [];
        heldBytes = 0;
      };
      try {
        while (rows + held.reduce((sum, one) => sum + one.rowBytes.length, 0) < nObs) {
          if (signal?.aborted) throw failure('cancelled', { step: 'pack' });
          while (waiting.length < parallel && asked < nObs) {
            const rowEnd = Math.min(nObs, (Math.floor(asked / rangeRows) + 1) * rangeRows);
            const next = encode({ matrix, rowStart: asked, rowEnd, ranks, fractions });
            // Reported when its turn comes, not before.
            next.catch(() => undefined);
            waiting.push(next);
            asked = rowEnd;
          }
          const done = await waiting.shift()!;
          writeFully(fd, done.payload, end);
          end += done.payload.length;
          held.push(done);
          heldBytes += done.payload.length;
          if (heldBytes >= (options.flushBytes ?? flushBytes)) flush();
          options.onRows?.(rows + held.reduce((sum, one) => sum + one.rowBytes.length, 0), nObs);
        }
        flush();
      } finally {
        await Promise.allSettled(waiting);
      }
      const { tables, ordered } = tablesOf(rowsFd, nObs);
      finishPack(fd, end, { rows: nObs, genes: nVars, slot, fractions, source, ordered }, { ...tables, geneOfId: order });
      renameSync(part, path);
      syncFolder(dirname(path));
      deleteParts(path);
      return { rows: nObs, bytes: statSync(path).size, resumedAt: begun.rows };
    } finally {
      closeSync(fd);
      closeSync(rowsFd);
    }
  } catch (thrown) {
    throw systemFailure(thrown, path) ?? thrown;
  } finally {
    release();
  }
}

/** Removes a pack and what an unfinished build left. Errors: busy while a build is at work, pack-unfit for a folder. */
export function deletePack(path: string): boolean {
  refuseFolder(path);
  refuseBusy(path);
  const was = existsSync(path) || existsSync(`${path}.part`);
  rmSync(path, { force: true });
  rmSync(`${path}.part`, { force: true });
  deleteParts(path);
  return was;
}

function deleteParts(path: string): void {
  for (const file of ['rows', 'json']) rmSync(`${path}.part.${file}`, { force: true });
}

/** The gene of every id; from the earlier build where there is one of the same file, else by how many sampled cells have it. */
async function settings(part: string, { matrix, source, fractions = false, genes, geneNames }: BuildOptions): Promise<Int32Array> {
  const path = `${part}.json`;
  const wanted = genes === undefined ? null : new Set(placesOf(genes, geneNames));
  if (existsSync(path) && existsSync(part)) {
    const before = JSON.parse(readFileSync(path, 'utf8')) as { source: PackSource; fractions: boolean; order: number[] };
    const sameGenes = before.order.length === (wanted?.size ?? geneNames.length) && before.order.every((gene) => wanted?.has(gene) ?? true);
    if (sameSource(before.source, source) && before.fractions === fractions && sameGenes) return Int32Array.from(before.order);
  }
  for (const file of [part, `${part}.rows`, path]) rmSync(file, { force: true });
  const order = (await popularity(matrix)).filter((gene) => wanted?.has(gene) ?? true);
  writeFileSync(`${path}.new`, JSON.stringify({ source, fractions, order: [...order] }), { flush: true });
  renameSync(`${path}.new`, path);
  return order;
}

/** Genes of the file by name. Errors: not-found. */
function placesOf(genes: readonly string[], geneNames: readonly string[]): number[] {
  const places = new Map(geneNames.map((name, gene) => [name, gene]));
  return genes.map((name) => {
    const place = places.get(name);
    if (place === undefined) throw failure('not-found', { what: 'gene', name, near: nearNames(name, geneNames) });
    return place;
  });
}

/** Places that are looked at for how common genes are, and cells at each: few enough to lie in one chunk mostly, for nothing else can go on meanwhile. */
const sampled = { places: 40, cells: 32 } as const;

/** Genes, those found in most of some spread cells first: small ids and small gaps where most entries are. */
async function popularity(matrix: MatrixSpec): Promise<Int32Array> {
  const { nObs, nVars } = matrix.facts;
  const cells = new Uint32Array(nVars);
  const places = Math.min(sampled.places, Math.ceil(nObs / sampled.cells));
  const reader = openMatrix(matrix, plainArena);
  try {
    for (let place = 0; place < places; place++) {
      const rowStart = Math.floor((place * Math.max(0, nObs - sampled.cells)) / Math.max(1, places - 1));
      for await (const block of reader.blocks({ rowStart, rowEnd: Math.min(nObs, rowStart + sampled.cells), maxRows: sampled.cells, maxStored: 1 << 22 })) {
        for (let i = 0; i < block.indptr[block.rows]!; i++) cells[block.indices[i]!]!++;
      }
    }
  } finally {
    reader.close();
  }
  return Int32Array.from({ length: nVars }, (_, gene) => gene).sort((a, b) => cells[b]! - cells[a]! || a - b);
}

/** Where an unfinished build goes on: behind the last range whose rows are both recorded and there. */
function resume(fd: number, rowsFd: number, nObs: number): { rows: number; end: number } {
  const there = readFully(rowsFd, 0, Math.floor(Math.min(sizeOf(rowsFd), nObs * recordBytes) / recordBytes) * recordBytes)!;
  const records = new Float64Array(there.buffer, there.byteOffset, there.length / 8);
  let rows = 0;
  let end = headBytes;
  let at = headBytes;
  const size = sizeOf(fd);
  for (let row = 0; row < records.length / recordNumbers; row++) {
    at += records[recordNumbers * row]!;
    if (at > size || !(records[recordNumbers * row]! >= 8)) break;
    if ((row + 1) % rangeRows === 0 || row + 1 === nObs) [rows, end] = [row + 1, at];
  }
  ftruncateSync(fd, end);
  ftruncateSync(rowsFd, rows * recordBytes);
  return { rows, end };
}

const isMito = (name: string): boolean => /^mt-/i.test(name);

const sizeOf = (fd: number): number => fstatSync(fd).size;

function records({ rowBytes, totals, detected, mito, ordered }: EncodedRows): Uint8Array {
  const out = new Float64Array(recordNumbers * rowBytes.length);
  for (let row = 0; row < rowBytes.length; row++) out.set([rowBytes[row]!, totals[row]!, detected[row]!, mito[row]!, ordered[row]!], recordNumbers * row);
  return new Uint8Array(out.buffer);
}

function tablesOf(rowsFd: number, rows: number) {
  const bytes = readFully(rowsFd, 0, rows * recordBytes)!;
  const all = new Float64Array(bytes.buffer, bytes.byteOffset, recordNumbers * rows);
  const column = <T extends Uint32Array | Float64Array>(out: T, place: number): T => {
    for (let row = 0; row < rows; row++) out[row] = all[recordNumbers * row + place]!;
    return out;
  };
  const rowBytes = column(new Uint32Array(rows), 0);
  const tables = { rowBytes, starts: rowStarts(rowBytes), totals: column(new Float64Array(rows), 1), detected: column(new Uint32Array(rows), 2), mito: column(new Float64Array(rows), 3) };
  return { tables, ordered: column(new Uint32Array(rows), 4).every((one) => one === 1) };
}
