/** Which cells a figure draws: a seeded sample without repeats, ascending, and where each stands among the kept cells. */
import { sampleAscending } from '../steps/subset.ts';
import type { CellAxis } from '../export/axis.ts';
import type { StoredArray } from '../results/array.ts';

export interface DrawnCells {
  /** Rows of the embedding, ascending. */
  readonly rows: Uint32Array;
  /** The same cells as positions among the kept ones, ascending. */
  readonly positions: Uint32Array;
}

export function drawCells(axis: CellAxis, embedding: StoredArray, maxPoints: number, seed: number): DrawnCells {
  const placed = embedding.shape[0] ?? 0;
  const rows = sampleAscending(placed, Math.min(maxPoints, placed), seed);
  const { subset } = axis;
  const positions = axis.rowsOf(embedding) === 'subset' ? rows.map((row) => subset![row]!) : rows;
  return { rows, positions };
}

const sliceRows = 65_536;

/** Two columns of the embedding for the drawn rows. */
export function readPositions(embedding: StoredArray, rows: Uint32Array, axes: readonly [number, number]): { x: Float32Array; y: Float32Array } {
  const x = new Float32Array(rows.length);
  const y = new Float32Array(rows.length);
  const width = embedding.shape[1] ?? 1;
  for (let i = 0; i < rows.length; ) {
    const start = rows[i]!;
    const values = embedding.read(start, start + sliceRows);
    for (; i < rows.length && rows[i]! < start + sliceRows; i++) {
      const from = (rows[i]! - start) * width;
      x[i] = values[from + axes[0]]!;
      y[i] = values[from + axes[1]]!;
    }
  }
  return { x, y };
}
