/** Gathers what a connection brings into pieces worth a write, small enough to stay in a core's cache. */

export interface Pieces {
  /** Copies `bytes`, or hands them on as they are when they are a piece already. */
  take(bytes: Uint8Array, write: (piece: Uint8Array) => void): void;
  /** The last piece as well. */
  finish(write: (piece: Uint8Array) => void): void;
}

const pieceBytes = 256 * 1024;

export function createPieces(): Pieces {
  const piece = new Uint8Array(pieceBytes);
  let at = 0;
  const finish = (write: (bytes: Uint8Array) => void): void => {
    const full = piece.subarray(0, at);
    at = 0;
    if (full.length > 0) write(full);
  };
  return {
    take(bytes, write) {
      if (at + bytes.length > pieceBytes) finish(write);
      if (bytes.length >= pieceBytes) return write(bytes);
      piece.set(bytes, at);
      at += bytes.length;
    },
    finish,
  };
}
