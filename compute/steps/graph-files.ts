/** The neighbour graph as result arrays: obsp/<name>.indptr, .indices and .data, one entry per stored pair. */
import { join } from 'node:path';
import type { CsrGraph } from '../graph/csr.ts';
import { openStored, readFloat32, writeArray } from '../results/array.ts';
import type { StepContext } from './contract.ts';

export function writeGraph(folder: string, name: string, graph: CsrGraph): void {
  const stored = graph.indptr[graph.n]!;
  writeArray(join(folder, 'obsp', `${name}.indptr`), Float64Array.from(graph.indptr));
  writeArray(join(folder, 'obsp', `${name}.indices`), graph.indices.subarray(0, stored));
  writeArray(join(folder, 'obsp', `${name}.data`), graph.values.subarray(0, stored));
}

export function readGraph(context: StepContext, name: string): CsrGraph {
  const part = (suffix: string) => openStored(context.array(`obsp/${name}.${suffix}`).path);
  const indptr = Int32Array.from(part('indptr').read());
  return { n: indptr.length - 1, indptr, indices: Int32Array.from(part('indices').read()), values: readFloat32(part('data')) };
}
