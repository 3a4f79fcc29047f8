/** All rows of a collection in shared memory: read once, then drawn from in any order at the cost of copying. */
import { pieceRows, type MemoryPiece, type RowStore } from './contract.ts';
import type { HeldReader } from './plain.ts';

/** Reads rows 0 to `rows` through a store that shows them as they are, 4,096 at a time. Errors: those of reading. */
export async function readIntoMemory(store: RowStore, rows: number): Promise<MemoryPiece[]> {
  const pieces: MemoryPiece[] = [];
  for (let first = 0; first < rows; first += pieceRows) {
    const count = Math.min(pieceRows, rows - first);
    await store.load(Uint32Array.from({ length: count }, (_, i) => first + i));
    let stored = 0;
    for (let k = 0; k < count; k++) stored += store.entries(k);
    const piece = {
      indptr: new Uint32Array(new SharedArrayBuffer(4 * (count + 1))), indices: new Int32Array(new SharedArrayBuffer(4 * stored)), values: new Float32Array(new SharedArrayBuffer(4 * stored)),
    };
    for (let k = 0; k < count; k++) piece.indptr[k + 1] = piece.indptr[k]! + store.csr(k, piece.indices, piece.values, piece.indptr[k]!);
    pieces.push(piece);
  }
  return pieces;
}

export function memoryRows(pieces: readonly MemoryPiece[]): HeldReader {
  const rangeOf = (id: number): { piece: MemoryPiece; from: number; to: number } => {
    const piece = pieces[Math.floor(id / pieceRows)]!;
    return { piece, from: piece.indptr[id % pieceRows]!, to: piece.indptr[(id % pieceRows) + 1]! };
  };
  return {
    fill(ids, held, room) {
      let entries = 0;
      for (const id of ids) {
        const { from, to } = rangeOf(id);
        entries += to - from;
      }
      room(ids.length, entries);
      let at = 0;
      held.indptr[0] = 0;
      ids.forEach((id, k) => {
        const { piece, from, to } = rangeOf(id);
        held.indices.set(piece.indices.subarray(from, to), at);
        held.values.set(piece.values.subarray(from, to), at);
        held.indptr[k + 1] = at += to - from;
      });
    },
    close: () => undefined,
  };
}
