/**
 * Keeps the values that PCA selected on its first pass - kept cells, chosen genes, normalised - in one small file per tile,
 * so that the second pass need not inflate X again: some 6 bytes per value against a hundred times the work. Always safe
 * to lose: a file that is missing or damaged only means that its tile is read from X once more.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { SelectedBlock } from '../kernels/kernels.ts';
import type { Tile } from '../matrix/tiles.ts';

/** rows, stored values, CRC-32 of what follows: three uint32. */
const headerBytes = 12;
/** Gene positions are stored in 16 bits. */
export const mostSpoolGenes = 65_536;

export interface SelectedSpool {
  /** Collects the blocks of the tile at hand. */
  begin(): void;
  add(block: SelectedBlock): void;
  /** Writes the tile; a disk that is full ends the spooling, never the pass. */
  end(tile: Tile): void;
}

export function openSpool(folder: string): SelectedSpool {
  let counts: number[] = [];
  let indices = new Uint16Array(1 << 18);
  let values = new Float32Array(1 << 18);
  let stored = 0;
  let broken = false;
  return {
    begin() {
      counts = [];
      stored = 0;
    },
    add(block) {
      const first = block.indptr[0]!;
      const more = block.indptr[block.rows]! - first;
      if (stored + more > indices.length) {
        const room = Math.ceil((stored + more) * 1.3);
        indices = grown(new Uint16Array(room), indices);
        values = grown(new Float32Array(room), values);
      }
      for (let i = 0; i < more; i++) indices[stored + i] = block.indices[first + i]!;
      values.set(block.values.subarray(first, first + more), stored);
      for (let row = 0; row < block.rows; row++) counts.push(block.indptr[row + 1]! - block.indptr[row]!);
      stored += more;
    },
    end(tile) {
      if (broken) return;
      const body = Buffer.concat([bytesOf(Uint32Array.from(counts)), bytesOf(values.subarray(0, stored)), bytesOf(indices.subarray(0, stored))]);
      const header = Buffer.alloc(headerBytes);
      header.writeUInt32LE(counts.length, 0);
      header.writeUInt32LE(stored, 4);
      header.writeUInt32LE(crc32(body), 8);
      try {
        writeFileSync(tilePath(folder, tile), Buffer.concat([header, body]));
      } catch {
        broken = true;
      }
    },
  };
}

/** The rows of a tile as one block, or null when they must be read from X again. */
export function readSpooledTile(folder: string, tile: Tile): SelectedBlock | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(tilePath(folder, tile));
  } catch {
    return null;
  }
  if (bytes.length < headerBytes) return null;
  const rows = bytes.readUInt32LE(0);
  const stored = bytes.readUInt32LE(4);
  const body = bytes.subarray(headerBytes);
  if (rows > tile.rows || body.length !== rows * 4 + stored * 6 || crc32(body) !== bytes.readUInt32LE(8)) return null;
  // Copies: typed arrays need aligned starts.
  const counts = new Uint32Array(Uint8Array.from(body.subarray(0, rows * 4)).buffer);
  const values = new Float32Array(Uint8Array.from(body.subarray(rows * 4, rows * 4 + stored * 4)).buffer);
  const narrow = new Uint16Array(Uint8Array.from(body.subarray(rows * 4 + stored * 4)).buffer);
  const indptr = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row++) indptr[row + 1] = indptr[row]! + counts[row]!;
  return { rows, indptr, indices: Int32Array.from(narrow), values };
}

function tilePath(folder: string, tile: Tile): string {
  return join(folder, `tile-${tile.index}`);
}

function bytesOf(array: Uint16Array | Uint32Array | Float32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

function grown<T extends Uint16Array | Float32Array>(target: T, old: T): T {
  target.set(old);
  return target;
}
