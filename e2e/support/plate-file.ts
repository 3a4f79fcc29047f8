/** Writes a matrix of counts as an h5ad file in any of the encodings that X may have. */
import { createFrame } from '../../compute/results/h5ad/frame.ts';
import { createCsr } from '../../compute/results/h5ad/sparse.ts';
import { dictEncoding, encoding, arrayEncoding } from '../../compute/results/h5ad/uns.ts';
import { createHdf5, type Hdf5Writer } from '../../compute/results/hdf5-writer/writer.ts';
import type { Column } from '../../compute/stores/contract.ts';
import type { GoldenMatrix } from '../../fixtures/golden.ts';

export interface PlateFileOptions {
  readonly genes: readonly string[];
  readonly encoding?: 'csr' | 'csc' | 'dense';
  /** Cell names are <cells>-0, <cells>-1 ...: plates of one run need different ones. */
  readonly cells?: string;
  readonly obs?: Readonly<Record<string, Column>>;
  /** Embeddings: row-major cells x dims. */
  readonly obsm?: Readonly<Record<string, Float32Array>>;
}

const storage = { chunkRows: 97, gzip: 4, shuffle: true } as const;

export async function writePlateFile(path: string, matrix: GoldenMatrix, options: PlateFileOptions): Promise<string> {
  const file = createHdf5(path, encoding('anndata', '0.1.0'));
  for (const name of ['layers', 'obsm', 'varm', 'obsp', 'varp', 'uns']) file.group(name, dictEncoding);
  const frames = ([['obs', matrix.cells], ['var', matrix.genes]] as const).map(([axis, rows]) => createFrame(file, { axis, rows, indexName: '_index', storage }));
  const [obs, genes] = [frames[0]!, frames[1]!];
  await obs.index.append(Array.from({ length: matrix.cells }, (_, i) => `${options.cells ?? 'cell'}-${i}`));
  for (const [name, column] of Object.entries(options.obs ?? {})) await obs.column(name, column);
  await genes.index.append(options.genes);
  await writeCounts(file, matrix, options.encoding ?? 'csr');
  for (const [name, values] of Object.entries(options.obsm ?? {})) {
    await file.stream(`obsm/${name}`, 'float32', { ...storage, rowShape: [values.length / matrix.cells], attributes: arrayEncoding }).append(values);
  }
  for (const frame of frames) frame.check();
  await file.close();
  return path;
}

async function writeCounts(file: Hdf5Writer, matrix: GoldenMatrix, kind: 'csr' | 'csc' | 'dense'): Promise<void> {
  const { cells, genes, indptr, indices, values } = matrix;
  if (kind === 'csr') {
    const x = createCsr(file, 'X', [cells, genes], {
      valueType: 'float32', mostStored: Math.max(1, values.length), valueChunk: 101, indexChunk: 89, gzip: 4, shuffle: true,
    });
    await x.append({ rows: cells, indptr, indices, values });
    await x.finish();
    return;
  }
  if (kind === 'dense') {
    const x = file.stream('X', 'float32', { chunkRows: 7, gzip: 4, shuffle: false, rowShape: [genes], attributes: arrayEncoding });
    await x.append(denseOf(matrix));
    return;
  }
  const columns = transposed(matrix);
  file.group('X', { ...encoding('csc_matrix', '0.1.0'), shape: { int64: [cells, genes] } });
  await file.stream('X/data', 'float32', storage).append(columns.values);
  await file.stream('X/indices', 'int32', storage).append(columns.indices);
  await file.stream('X/indptr', 'int32', storage).append(columns.indptr);
}

/** Row-major cells x genes. */
export function denseOf({ cells, genes, indptr, indices, values }: GoldenMatrix): Float32Array {
  const dense = new Float32Array(cells * genes);
  for (let cell = 0; cell < cells; cell++) {
    for (let p = indptr[cell]!; p < indptr[cell + 1]!; p++) dense[cell * genes + indices[p]!]! += values[p]!;
  }
  return dense;
}

/** The same entries in column order, cells ascending within a gene. */
function transposed({ cells, genes, indptr, indices, values }: GoldenMatrix): { indptr: Int32Array; indices: Int32Array; values: Float32Array } {
  const starts = new Int32Array(genes + 1);
  for (const gene of indices) starts[gene + 1]! += 1;
  for (let gene = 0; gene < genes; gene++) starts[gene + 1]! += starts[gene]!;
  const next = starts.slice(0, genes);
  const rows = new Int32Array(values.length);
  const out = new Float32Array(values.length);
  for (let cell = 0; cell < cells; cell++) {
    for (let p = indptr[cell]!; p < indptr[cell + 1]!; p++) {
      const at = next[indices[p]!]!++;
      rows[at] = cell;
      out[at] = values[p]!;
    }
  }
  return { indptr: starts, indices: rows, values: out };
}
