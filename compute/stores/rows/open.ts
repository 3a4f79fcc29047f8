/** Opens rows by id over any of the formats. */
import type { PackCodec } from '../../codecs/pack/codec.ts';
import { failure } from '../../../protocol/errors.ts';
import type { MatrixSpec } from '../contract.ts';
import { packStore } from '../pack/read.ts';
import { scdlCsr } from '../scdl/read.ts';
import { readEntries } from '../csr-reader.ts';
import type { CsrSource } from '../csr-source.ts';
import { openArrays } from '../open-arrays.ts';
import { hdf5Csr, spoolOf } from '../open-matrix.ts';
import type { ArrayReader } from '../../hdf5/index.ts';
import type { RowStore, RowStoreSpec, RowView } from './contract.ts';
import { memoryRows } from './memory.ts';
import { plainStore, type HeldReader } from './plain.ts';
import { readRowPointers, startOf, type RowPointers } from './pointers.ts';

/** What a worker needs of a matrix. `verified`: the file's digest was compared, so starts of chunks may be read without their checksum. */
export async function rowStoreSpec(matrix: MatrixSpec, verified: boolean): Promise<RowStoreSpec> {
  switch (matrix.kind) {
    case 'csr':
      return { kind: 'csr', matrix, pointers: await readRowPointers(matrix), verified };
    case 'dense':
      return { kind: 'dense', matrix };
    case 'columns':
      return { kind: 'spool', matrix };
  }
}

/** `codec`: that of the packs of one thread. Errors while loading rows: corrupt-chunk, corrupt-file, truncated-file, io-failed. */
export async function openRowStore(spec: RowStoreSpec, view: RowView, codec?: PackCodec): Promise<RowStore> {
  switch (spec.kind) {
    case 'csr': {
      const source = hdf5Csr(await openArrays([spec.matrix.data, spec.matrix.indices, spec.matrix.indptr], { prefixes: spec.verified }), spec.matrix.facts);
      return plainStore(pointedRows(source, spec.pointers), view);
    }
    case 'spool': {
      const source = spoolOf(spec.matrix);
      const place = (row: number): number => source.pointers(row, row)[0]!;
      return plainStore(csrRows(source, place, (row) => place(row + 1) - place(row)), view);
    }
    case 'dense':
      return plainStore(denseRows((await openArrays([spec.matrix.values]))[0]!, spec.matrix), view);
    case 'pack':
      return packStore(spec.pack, view, codec);
    case 'scdl':
      return plainStore(pointedRows(scdlCsr(spec), spec.pointers), view);
    case 'tahoe':
      // Loaded only where such files are: every worker would pay for them.
      return plainStore(await (await import('../parquet/read.ts')).tahoeRows(spec), view);
    case 'memory':
      return plainStore(memoryRows(spec.pieces), view);
    default:
      throw failure('internal', { detail: `unknown store ${JSON.stringify(spec satisfies never)}` });
  }
}

function pointedRows(source: CsrSource, pointers: RowPointers): HeldReader {
  return csrRows(source, (row) => startOf(pointers, row), (row) => pointers.lengths[row]!);
}

/** Rows that follow one another are read in one go; ids ascend, so every chunk is decoded once. */
function csrRows(source: CsrSource, startOfRow: (row: number) => number, lengthOf: (row: number) => number): HeldReader {
  return {
    fill(ids, held, room) {
      let entries = 0;
      for (const id of ids) entries += lengthOf(id);
      room(ids.length, entries);
      let at = 0;
      for (let k = 0; k < ids.length; ) {
        const start = startOfRow(ids[k]!);
        const first = at;
        let next = k;
        while (next < ids.length && ids[next] === ids[k]! + next - k) {
          at += lengthOf(ids[next]!);
          held.indptr[++next] = at;
        }
        if (at > first) readEntries(source, start, at - first, held.indices.subarray(first, at), held.values.subarray(first, at));
        k = next;
      }
      held.indptr[0] = 0;
    },
    close: () => source.close(),
  };
}

function denseRows(reader: ArrayReader, { facts }: MatrixSpec & { kind: 'dense' }): HeldReader {
  let slab = new Float32Array(0);
  return {
    fill(ids, held, room) {
      if (slab.length < ids.length * facts.nVars) slab = new Float32Array(ids.length * facts.nVars);
      for (let k = 0; k < ids.length; ) {
        let next = k + 1;
        while (next < ids.length && ids[next] === ids[k]! + next - k) next++;
        reader.readRows(ids[k]!, ids[k]! + next - k, slab.subarray(k * facts.nVars, next * facts.nVars));
        k = next;
      }
      let entries = 0;
      const length = ids.length * facts.nVars;
      for (let i = 0; i < length; i++) if (slab[i] !== 0) entries++;
      room(ids.length, entries);
      let at = 0;
      held.indptr[0] = 0;
      for (let k = 0; k < ids.length; k++) {
        for (let gene = 0; gene < facts.nVars; gene++) {
          const value = slab[k * facts.nVars + gene]!;
          if (value === 0) continue;
          held.indices[at] = gene;
          held.values[at++] = value;
        }
        held.indptr[k + 1] = at;
      }
    },
    close: () => reader.close(),
  };
}
