/** An embedding that the files bring along (obsm of h5ad), as a step's own array: one row per kept cell. */
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { plainArena } from '../kernels/block.ts';
import { createArray, openStored, type StoredArray } from '../results/array.ts';
import { openMatrix } from '../stores/index.ts';
import type { StepContext } from './contract.ts';
import { keptRows } from './upstream.ts';

const blockRows = 8192;

/** The slot of an earlier step where there is one, else what the files hold. @throws missing-input, bad-embedding, corrupt-file. */
export async function embeddingOf(context: StepContext, key: string): Promise<StoredArray> {
  if (context.slot(`obsm/${key}`) !== undefined) return context.array(`obsm/${key}`);
  const { input } = context;
  const specs = await input.storedEmbedding(key);
  const { keep, kept } = keptRows(context);
  const mask = keep === null ? null : openStored(keep);
  const dims = specs[0]!.facts.nVars;
  const path = join(context.checkpointFolder, `stored-${key.replaceAll(/[^\w.-]+/g, '_')}`);
  const writer = createArray(path, { dtype: 'float32', shape: [kept, dims] });
  for (const [at, plate] of input.plates.entries()) {
    const reader = openMatrix(specs[at]!, plainArena);
    try {
      for await (const block of reader.blocks({ rowStart: 0, rowEnd: plate.nObs, maxRows: blockRows, maxStored: blockRows * dims })) {
        context.stopIfCancelled();
        const start = plate.rowOffset + block.rowStart;
        const flags = mask?.read(start, start + block.rows);
        const rows = new Float32Array(block.rows * dims);
        let filled = 0;
        for (let row = 0; row < block.rows; row++) {
          if (flags && flags[row] === 0) continue;
          for (let p = block.indptr[row]!; p < block.indptr[row + 1]!; p++) {
            const value = block.values[p]!;
            if (!Number.isFinite(value)) throw failure('bad-embedding', { slot: `obsm/${key}`, row: block.rowStart + row, component: block.indices[p]!, problem: Number.isNaN(value) ? 'nan' : 'infinite' });
            rows[filled * dims + block.indices[p]!] = value;
          }
          filled += 1;
        }
        writer.append(rows.subarray(0, filled * dims));
      }
    } finally {
      reader.close();
    }
  }
  writer.close();
  return openStored(path);
}
