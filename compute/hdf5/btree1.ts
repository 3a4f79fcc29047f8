/** The classic chunk index, a version 1 B-tree: its leaves name every stored chunk by its position in elements. */
import { cursorOver, hasSignature, type Cursor, type Widths } from './cursor.ts';
import type { FileBytes } from '../../io/file.ts';
import type { ChunkGrid, IndexFiller } from './grid.ts';

/** A tree of 64 children a node holds any file in eight levels; more only comes from damage. */
const maxLevel = 16;

/** Walks the tree at `address` and adds every chunk to `filler`. Throws a plain Error when the tree is damaged. */
export function walkChunkTree(file: FileBytes, widths: Widths, address: number, grid: ChunkGrid, filler: IndexFiller): void {
  const axes = grid.shape.length;
  const headBytes = 8 + 2 * widths.offsetBytes;
  const keyBytes = 8 + 8 * (axes + 1);
  const seen = new Set<number>();

  const visit = (at: number, expectedLevel: number | null): void => {
    // Levels fall strictly and no node is read twice, so that a damaged tree cannot lead in circles.
    if (seen.has(at)) throw new Error('its chunk index leads in circles');
    seen.add(at);
    const head = cursorOver(file.read(at, headBytes), widths);
    if (!hasSignature(head.bytes(4), 'TREE') || head.u8() !== 1) throw new Error('its chunk index is damaged (no tree node)');
    const level = head.u8();
    const entries = head.u16();
    if (expectedLevel === null ? level > maxLevel : level !== expectedLevel) throw new Error('the levels of its chunk index are damaged');
    if (entries === 0 && expectedLevel !== null) throw new Error('its chunk index holds an empty node');

    const body = cursorOver(file.read(at + headBytes, entries * (keyBytes + widths.offsetBytes)), widths);
    for (let entry = 0; entry < entries; entry++) {
      const storedBytes = body.u32();
      const filterMask = body.u32();
      if (level > 0) {
        body.skip(8 * (axes + 1));
        visit(childAddress(body), level - 1);
        continue;
      }
      const chunk = chunkAt(body, grid);
      body.skip(8);
      const child = childAddress(body);
      // Chunks left over from before a dataset shrank lie outside the grid and are of no concern.
      if (chunk !== null) filler.add(chunk, child, storedBytes, filterMask);
    }
  };
  visit(address, null);
}

function childAddress(cursor: Cursor): number {
  const address = cursor.address();
  if (address === null) throw new Error('its chunk index points nowhere');
  return address;
}

/** Place in the grid of a chunk given by the position of its first element along each axis; null when outside. */
function chunkAt(cursor: Cursor, grid: ChunkGrid): number | null {
  let chunk = 0;
  let inside = true;
  for (let axis = 0; axis < grid.counts.length; axis++) {
    const start = cursor.uint(8);
    const length = grid.chunkShape[axis]!;
    if (start % length !== 0) throw new Error('its chunk index holds a chunk that starts between chunks');
    if (start / length >= grid.counts[axis]!) inside = false;
    chunk = chunk * grid.counts[axis]! + start / length;
  }
  return inside ? chunk : null;
}
