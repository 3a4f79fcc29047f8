/** The neighbour graph over the kept cells: rows and columns of cells outside the embedded sample stay empty. */
import { failure } from '../../protocol/errors.ts';
import { openStored, readFloat32, readFloat64 } from '../results/array.ts';
import type { CsrRows } from '../results/h5ad/index.ts';
import type { CellAxis } from './axis.ts';
import type { FoundSlots } from '../results/slots.ts';

const rowsAtATime = 16_384;

/** Names of whole graphs (distances, connectivities): each is stored as three arrays. */
export function graphNames(slots: FoundSlots): string[] {
  const parts = slots.names('obsp');
  return parts.flatMap((part) => {
    const name = part.replace(/\.indptr$/, '');
    return name !== part && parts.includes(`${name}.indices`) && parts.includes(`${name}.data`) ? [name] : [];
  });
}

/** Rows in order, kept x kept in all. @throws corrupt-result when the graph is about other cells. */
export function* graphRows(slots: FoundSlots, name: string, axis: CellAxis): Generator<CsrRows, void, void> {
  const path = slots.path(`obsp/${name}.indptr`)!;
  const [indptr, indices, data] = [openStored(path), openStored(slots.path(`obsp/${name}.indices`)!), openStored(slots.path(`obsp/${name}.data`)!)];
  const { subset, kept } = axis;
  const nodes = (indptr.shape[0] ?? 1) - 1;
  if (nodes !== (subset?.length ?? kept)) throw failure('corrupt-result', { path, reason: `it is about ${nodes} cells, not ${subset?.length ?? kept}` });
  let node = 0;
  for (let start = 0; start < kept; start += rowsAtATime) {
    const rows = Math.min(rowsAtATime, kept - start);
    const firstNode = node;
    if (subset === null) node += rows;
    else while (node < nodes && subset[node]! < start + rows) node += 1;
    const pointers = readFloat64(indptr, firstNode, node + 1);
    const first = pointers[0]!;
    const columns = Int32Array.from(indices.read(first, pointers.at(-1)!));
    if (columns.some((column) => column < 0 || column >= nodes)) throw failure('corrupt-result', { path, reason: 'it names cells that are not there' });
    const out = new Int32Array(rows + 1);
    if (subset === null) for (let row = 0; row <= rows; row++) out[row] = pointers[row]! - first;
    else {
      let seen = firstNode;
      for (let row = 0; row < rows; row++) {
        if (seen < node && subset[seen] === start + row) seen += 1;
        out[row + 1] = pointers[seen - firstNode]! - first;
      }
      // The sample is ascending, so sorted rows stay sorted.
      columns.forEach((column, i) => (columns[i] = subset[column]!));
    }
    yield { rows, indptr: out, indices: columns, values: readFloat32(data, first, pointers.at(-1)!) };
  }
}
