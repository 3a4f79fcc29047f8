/** Small plates with known cell types and batches: counts whose genes are lifted by type, and by batch where wanted. */
import { join } from 'node:path';
import { createRandom } from '../../compute/random/random.ts';
import type { Column } from '../../compute/stores/contract.ts';
import { writePlateFile } from './plate-file.ts';

export interface BatchOptions {
  readonly batches: number;
  readonly cells: number;
  /** How strongly a batch lifts its genes; 0: no effect. */
  readonly shift: number;
  /** Further obs columns by cell. */
  readonly obs?: Readonly<Record<string, (cell: Cell) => string | null>>;
  /** The batch of a cell; default: in turn. */
  readonly batchOf?: (cell: number) => number;
  readonly typeOf?: (cell: number, batch: number) => number;
  /** Embeddings that the file brings along, by cell. */
  readonly obsm?: Readonly<Record<string, (cell: Cell) => readonly number[]>>;
  /** Default 150. */
  readonly genes?: number;
}

export interface Cell {
  readonly index: number;
  readonly batch: number;
  readonly type: number;
}

const types = 3;

/** One h5ad with obs columns batch and type. */
export async function makeBatches(folder: string, name: string, options: BatchOptions): Promise<string> {
  const random = createRandom(11, 0x6261);
  const { genes = 150 } = options;
  const cells = Array.from({ length: options.cells }, (_, index): Cell => {
    const batch = options.batchOf?.(index) ?? index % options.batches;
    return { index, batch, type: options.typeOf?.(index, batch) ?? Math.floor(random.uniform() * types) };
  });
  const indptr = new Int32Array(cells.length + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (const { index, batch, type } of cells) {
    for (let gene = 0; gene < genes; gene++) {
      const lift = 1 + (gene % types === type ? 3 : 0) + (gene % 7 === batch ? options.shift : 0);
      const count = Math.floor(-Math.log(random.uniform()) * lift);
      if (count === 0) continue;
      indices.push(gene);
      values.push(count);
    }
    indptr[index + 1] = indices.length;
  }
  const column = (word: (cell: Cell) => string | null): Column => {
    const words = cells.map(word);
    const categories = [...new Set(words.filter((w) => w !== null))].sort();
    return { kind: 'categorical', codes: Int32Array.from(words, (w) => (w === null ? -1 : categories.indexOf(w))), categories, ordered: false };
  };
  const matrix = { cells: cells.length, genes, indptr, indices: Int32Array.from(indices), values: Float32Array.from(values) };
  return writePlateFile(join(folder, `${name}.h5ad`), matrix, {
    genes: Array.from({ length: genes }, (_, g) => `gene${g}`), cells: name,
    obs: {
      batch: column(({ batch }) => `b${batch}`), type: column(({ type }) => `t${type}`),
      ...Object.fromEntries(Object.entries(options.obs ?? {}).map(([key, word]) => [key, column(word)])),
    },
    obsm: Object.fromEntries(Object.entries(options.obsm ?? {}).map(([key, row]) => [key, Float32Array.from(cells.flatMap(row))])),
  });
}
