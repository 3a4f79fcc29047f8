/** For tests: small demo plates with several stored chunks, and minibatches brought to a common dense form. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { generatePlate } from '../../generator/plate.ts';
import { createH5ad } from '../../results/h5ad/index.ts';
import type { Minibatch } from '../contract.ts';

export interface TestPlates {
  readonly folder: string;
  readonly files: readonly string[];
  readonly cells: number;
}

/** Plates of 400, 300 and 500 cells by 2,000 genes, int64 indices and chunks like the real ones. */
export async function testPlates(genes = 2000): Promise<TestPlates> {
  const folder = mkdtempSync(join(tmpdir(), 'truckee-loader-'));
  const sizes = [400, 300, 500];
  const files: string[] = [];
  for (const [i, cells] of sizes.entries()) {
    const path = join(folder, `plate${i + 1}.h5ad`);
    await generatePlate({ plate: i + 1, cells, genes, seed: 5 }, { plateChunks: true }, { path });
    files.push(path);
  }
  return { folder, files, cells: 1200 };
}

/** An h5ad file of so many cells by 20 genes (G and a number from `firstGene` on), one count in each cell, with these columns of obs. */
export async function writeCells(path: string, cells: number, obs: Readonly<Record<string, (cell: number) => number | string>>, firstGene = 0): Promise<string> {
  const file = createH5ad(path, { nObs: cells, nVars: 20 });
  await file.csr('X').append({ rows: cells, indptr: Int32Array.from({ length: cells + 1 }, (_, i) => i), indices: Int32Array.from({ length: cells }, (_, i) => i % 20), values: new Float32Array(cells).fill(1) });
  const frame = file.frame('obs');
  await frame.index.append(Array.from({ length: cells }, (_, i) => `${basename(path)} ${i}`));
  for (const [name, of] of Object.entries(obs)) {
    const values = Array.from({ length: cells }, (_, i) => of(i));
    if (values.every((value) => typeof value === 'number')) await frame.column(name, { kind: 'number', values: Float64Array.from(values), integer: values.every(Number.isInteger) });
    else await frame.column(name, { kind: 'string', values: values.map(String) });
  }
  await file.frame('var').index.append(Array.from({ length: 20 }, (_, i) => `G${firstGene + i}`));
  await file.close();
  return path;
}

/** Cells x genes, whatever the minibatch's form. */
export function denseOf(batch: Minibatch, width: number): Float32Array {
  const { x } = batch;
  if (x.kind === 'dense') return Float32Array.from(x.values);
  const out = new Float32Array(batch.cells * width);
  for (let row = 0; row < batch.cells; row++) {
    for (let i = x.indptr[row]!; i < x.indptr[row + 1]!; i++) out[row * width + x.indices[i]!]! += x.values[i]!;
  }
  return out;
}

/** A module of hooks that kills its thread once, in the middle of the third fetch that any worker reads; `marker` is there from then on. */
export function deadlyHooks(folder: string, name: string): { readonly hooksModule: string; readonly marker: string } {
  const [hooksModule, marker] = [join(folder, `${name}.mjs`), join(folder, `${name}.died`)];
  writeFileSync(hooksModule, `
    import { existsSync, writeFileSync } from 'node:fs';
    let chunks = 0;
    export const fetchTransform = (chunk) => {
      if (++chunks === 3 && !existsSync(${JSON.stringify(marker)})) { writeFileSync(${JSON.stringify(marker)}, ''); process.exit(9); }
      return chunk;
    };`);
  return { hooksModule, marker };
}
