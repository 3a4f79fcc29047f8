/** Entries of a compressed sparse column matrix, gene by gene: its indices are rows, its pointers run over genes. */
import { failure } from '../../../protocol/errors.ts';
import type { ArrayReader } from '../../hdf5/spec.ts';
import { batchEntries, emptyBatch, type EntrySource } from './entries.ts';

export interface CscParts {
  readonly data: ArrayReader;
  readonly indices: ArrayReader;
  readonly indptr: ArrayReader;
}

/** Errors while reading: corrupt-file when pointers fall, leave the data, or an index names a row outside 0..nObs-1. */
export function cscEntries(parts: CscParts, nObs: number, nVars: number): EntrySource {
  const { data, indices, indptr } = parts;
  const damaged = (reason: string): never => {
    throw failure('corrupt-file', { path: data.spec.file, element: indices.spec.name.replace(/\/indices$/, ''), reason });
  };
  return {
    sumsDuplicates: false,
    async *batches() {
      // Genes number some 10^5 at most, so all their pointers fit.
      const pointers = new Float64Array(nVars + 1);
      indptr.readInto(0, nVars + 1, pointers, 0);
      if (pointers[0] !== 0) damaged(`the first column pointer is ${pointers[0]}, not 0`);
      for (let gene = 0; gene < nVars; gene++) {
        if (!(pointers[gene + 1]! >= pointers[gene]!)) damaged(`column pointers fall at gene ${gene}`);
      }
      const stored = pointers[nVars]!;
      const available = Math.min(data.spec.shape[0]!, indices.spec.shape[0]!);
      if (stored > available) damaged(`column pointers reach ${stored} but only ${available} entries are stored`);

      const batch = emptyBatch();
      let gene = 0;
      for (let start = 0; start < stored; start += batchEntries) {
        batch.count = Math.min(batchEntries, stored - start);
        indices.readInto(start, start + batch.count, batch.rows, 0);
        data.readInto(start, start + batch.count, batch.values, 0);
        for (let i = 0; i < batch.count; i++) {
          while (pointers[gene + 1]! <= start + i) gene++;
          batch.genes[i] = gene;
          const row = batch.rows[i]!;
          if (row < 0 || row >= nObs) damaged(`entry ${start + i} names row ${row} of ${nObs}`);
        }
        yield batch;
      }
    },
    close: () => [data, indices, indptr].forEach((part) => part.close()),
  };
}
