/** Rows by id of a matrix in a Zarr store. */
import { get, slice } from 'zarrita';
import { failure } from '../../../protocol/errors.ts';
import { checkGenes } from '../csr-reader.ts';
import type { HeldReader } from '../rows/plain.ts';
import { startOf } from '../rows/pointers.ts';
import type { ZarrSpec } from './contract.ts';
import { arrayAt, damaging, ZarrFolder } from './folder.ts';
import { openVector, type NumberTarget, type ZarrVector } from './vector.ts';

/** Errors while reading: corrupt-file, truncated-file, unsupported-encoding, io-failed. */
export async function zarrRows(spec: ZarrSpec): Promise<HeldReader> {
  return spec.form === 'csr' ? sparseRows(spec) : denseRows(spec);
}

async function sparseRows(spec: ZarrSpec & { form: 'csr' }): Promise<HeldReader> {
  const { folder, name, pointers } = spec;
  const indices = await openVector(folder, `${name}/indices`, spec.nVars === 1);
  const values = await openVector(folder, `${name}/data`, false);
  const source = { path: folder, element: name, nVars: spec.nVars };
  return {
    async fill(ids, held, room) {
      let entries = 0;
      for (const id of ids) entries += pointers.lengths[id]!;
      room(ids.length, entries);
      const runs: { start: number; end: number; at: number }[] = [];
      let at = 0;
      held.indptr[0] = 0;
      ids.forEach((id, k) => {
        const length = pointers.lengths[id]!;
        const before = runs.at(-1);
        if (k > 0 && before && ids[k - 1] === id - 1) before.end += length;
        else runs.push({ start: startOf(pointers, id), end: startOf(pointers, id) + length, at });
        held.indptr[k + 1] = at += length;
      });
      const readAll = async (vector: ZarrVector, out: NumberTarget): Promise<void> => {
        for (const run of runs) await vector.read(run.start, run.end, out, run.at);
      };
      // Both arrays at once: their chunks are unpacked by threads of the system.
      await Promise.all([readAll(indices, held.indices), readAll(values, held.values)]);
      for (const run of runs) checkGenes(source, run.start, run.end - run.start, held.indices.subarray(run.at));
    },
    close: () => undefined,
  };
}

async function denseRows({ folder, name, nVars }: ZarrSpec & { form: 'dense' }): Promise<HeldReader> {
  const store = new ZarrFolder(folder);
  const array = await arrayAt(store, name);
  const band = array.chunks[0]!;
  return {
    async fill(ids, held, room) {
      const rows: (readonly [genes: number[], values: number[]])[] = [];
      let entries = 0;
      for (let k = 0; k < ids.length; ) {
        // All wanted rows of one band of chunks, which is decoded once.
        const first = Math.floor(ids[k]! / band) * band;
        let next = k;
        while (next < ids.length && ids[next]! < first + band) next++;
        const [from, to] = [ids[k]!, ids[next - 1]! + 1];
        const { data } = await damaging(store, name, () => get(array, [slice(from, to), null]));
        if (!ArrayBuffer.isView(data)) throw failure('corrupt-file', { path: folder, element: name, reason: 'it holds no numbers' });
        for (; k < next; k++) {
          const row = rowOf(data as ArrayLike<number | bigint> & typeof data, (ids[k]! - from) * nVars, nVars);
          entries += row[0].length;
          rows.push(row);
        }
      }
      room(ids.length, entries);
      let at = 0;
      held.indptr[0] = 0;
      rows.forEach(([genes, values], k) => {
        held.indices.set(genes, at);
        held.values.set(values, at);
        held.indptr[k + 1] = at += genes.length;
      });
    },
    close: () => undefined,
  };
}

/** Zeros are dropped, NaN stays. */
function rowOf(data: ArrayLike<number | bigint>, start: number, width: number): [genes: number[], values: number[]] {
  const genes: number[] = [];
  const values: number[] = [];
  for (let gene = 0; gene < width; gene++) {
    const value = Number(data[start + gene]!);
    if (value === 0) continue;
    genes.push(gene);
    values.push(value);
  }
  return [genes, values];
}
