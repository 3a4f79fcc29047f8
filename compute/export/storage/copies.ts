/** One sample of cells written in every format that loaders read, each as its usual writer would. */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer';
import type { StorageFormat } from '../../../protocol/storage.ts';
import { createH5ad, type CsrRows } from '../../results/h5ad/index.ts';
import { buildPack, openPlate, packPath, sourceOf } from '../../stores/index.ts';
import type { AnnDataWriter } from '../anndata.ts';
import { createZarr } from '../zarr/writer.ts';

export interface Sample {
  readonly cells: number;
  readonly genes: readonly string[];
  readonly entries: number;
  readonly blocks: readonly CsrRows[];
}

export interface Copy {
  readonly format: StorageFormat;
  /** What a loader opens. */
  readonly path: string;
  /** What takes the room, and is read. */
  readonly stored: string;
  readonly backend: 'file' | 'pack';
}

const valueChunk = 139_264;

/** Writes the sample in a format, whole and on the disk. Errors: disk-full, not-permitted and the like. */
export async function writeCopy(format: StorageFormat, folder: string, sample: Sample): Promise<Copy> {
  const copy = copyOf(format, folder);
  mkdirSync(dirname(copy.stored), { recursive: true });
  await writers[format](copy, sample);
  for (const path of filesBelow(copy.stored)) {
    const fd = openSync(path, 'r+');
    fsyncSync(fd);
    closeSync(fd);
  }
  return copy;
}

function copyOf(format: StorageFormat, folder: string): Copy {
  const names: Readonly<Record<StorageFormat, string>> = { 'HDF5, gzip': 'gzip.h5ad', 'HDF5, uncompressed': 'plain.h5ad', Zarr: 'sample.zarr', Parquet: 'parquet', SCDL: 'scdl', pack: 'packed.h5ad' };
  const path = join(folder, names[format]);
  return { format, path, stored: format === 'pack' ? packPath(path) : path, backend: format === 'pack' ? 'pack' : 'file' };
}

const writers: Readonly<Record<StorageFormat, (copy: Copy, sample: Sample) => Promise<void>>> = {
  'HDF5, gzip': ({ path }, sample) => writeH5ad(path, sample, 4),
  'HDF5, uncompressed': ({ path }, sample) => writeH5ad(path, sample, 0),
  Zarr: ({ path }, sample) => fill(createZarr(path, { nObs: sample.cells, nVars: sample.genes.length }), sample),
  Parquet: async ({ path }, sample) => writeParquet(path, sample),
  SCDL: async ({ path }, sample) => writeScdl(path, sample),
  async pack({ path }, sample) {
    await writeH5ad(path, sample, 0);
    const plate = await openPlate(path);
    await buildPack(packPath(path), { matrix: plate.counts() ?? plate.matrices()[0]!, geneNames: plate.geneNames(), source: sourceOf(path, 'sample'), fractions: plate.counts() === null });
    plate.close();
  },
};

/** Chunks like those of the atlas's plates. */
function writeH5ad(path: string, sample: Sample, gzip: number): Promise<void> {
  const layout = { indexType: 'int64' as const, mostStored: Math.max(1, sample.entries), valueChunk, indexChunk: valueChunk / 2 };
  const file = createH5ad(path, { nObs: sample.cells, nVars: sample.genes.length, gzip, shuffle: false });
  return fill({ ...file, csr: (slot) => file.csr(slot, layout) }, sample);
}

async function fill(file: Pick<AnnDataWriter, 'csr' | 'frame' | 'close'>, { cells, genes, blocks }: Sample): Promise<void> {
  const x = file.csr('X');
  for (const block of blocks) await x.append(block);
  await file.frame('obs').index.append(Array.from({ length: cells }, (_, cell) => `cell${cell}`));
  await file.frame('var').index.append([...genes]);
  await file.close();
}

/** Cells of one file, and of one row group: as Tahoe-100M lies on Hugging Face. */
const shardCells = 4096;
const groupCells = 1000;
const firstToken = 3;
const list = (name: string, type: 'INT64' | 'FLOAT'): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' }, { name: 'list', repetition_type: 'REPEATED', num_children: 1 }, { name: 'element', type, repetition_type: 'OPTIONAL' },
];
const schema: SchemaElement[] = [{ name: 'root', num_children: 2 }, ...list('genes', 'INT64'), ...list('expressions', 'FLOAT')];

function writeParquet(path: string, { genes, blocks }: Sample): void {
  mkdirSync(join(path, 'data'), { recursive: true });
  mkdirSync(join(path, 'metadata'), { recursive: true });
  const tokens: bigint[][] = [];
  const values: number[][] = [];
  let shard = 0;
  const flush = (): void => {
    const bytes = parquetWriteBuffer({ columnData: [{ name: 'genes', data: tokens }, { name: 'expressions', data: values }], schema, rowGroupSize: groupCells, statistics: false });
    writeFileSync(join(path, 'data', `train-${String(shard++).padStart(5, '0')}.parquet`), Buffer.from(bytes));
    tokens.length = values.length = 0;
  };
  for (const { rows, indptr, indices, values: all } of blocks) {
    for (let row = 0; row < rows; row++) {
      const [from, to] = [indptr[row]!, indptr[row + 1]!];
      tokens.push(Array.from(indices.subarray(from, to), (gene) => BigInt(gene + firstToken)));
      values.push(Array.from(all.subarray(from, to)));
      if (tokens.length === shardCells) flush();
    }
  }
  if (tokens.length > 0) flush();
  const table = parquetWriteBuffer({ columnData: [{ name: 'gene_symbol', data: [...genes] }, { name: 'token_id', data: Int32Array.from(genes, (_, gene) => gene + firstToken), type: 'INT32' }] });
  writeFileSync(join(path, 'metadata', 'gene_metadata.parquet'), Buffer.from(table));
}

function writeScdl(path: string, { cells, genes, entries, blocks }: Sample): void {
  mkdirSync(join(path, 'var_features'), { recursive: true });
  const pointers = new BigUint64Array(cells + 1);
  const ids = new Uint32Array(entries);
  const values = new Float32Array(entries);
  let [row, at] = [0, 0];
  for (const block of blocks) {
    const end = block.indptr[block.rows]!;
    ids.set(block.indices.subarray(0, end), at);
    values.set(block.values.subarray(0, end), at);
    for (let i = 0; i < block.rows; i++) pointers[++row] = BigInt(at + block.indptr[i + 1]!);
    at += end;
  }
  writeFileSync(join(path, 'data.npy'), values);
  writeFileSync(join(path, 'col_ptr.npy'), ids);
  writeFileSync(join(path, 'row_ptr.npy'), pointers);
  writeFileSync(join(path, 'var_features', 'dataframe_0.parquet'), Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'feature_id', data: [...genes] }] })));
}

/** Bytes of a file, or of all files below a folder. */
export function bytesBelow(path: string): number {
  return filesBelow(path).reduce((sum, file) => sum + statSync(file).size, 0);
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
