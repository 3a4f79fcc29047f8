/** 10x files and folders in the forms that deposits have them. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { openPlate, transposeToSpool } from '../index.ts';
import { allRows, hasSharedData, sharedData } from '../test-data.ts';
import { labelsOf } from '../tables/frame.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-tenx-'));
afterAll(() => rmSync(folder, { recursive: true }));
const shared = (name: string): string => join(sharedData, 'tenx', name);
const files = ['matrix.mtx', 'barcodes.tsv', 'features.tsv'];

function unpackedCopy(name: string, rename: (file: string) => string): string {
  const target = join(folder, name);
  mkdirSync(target);
  for (const file of files) writeFileSync(join(target, rename(file)), gunzipSync(readFileSync(join(shared('cellranger3-mtx'), `${file}.gz`))));
  return target;
}

describe.skipIf(!hasSharedData)('10x', () => {
  test('the folder and the HDF5 file of one run hold the same cells, genes and sums per cell and gene', async () => {
    const [text, hdf5] = [await openPlate(shared('cellranger3-mtx')), await openPlate(shared('cellranger3_filtered_feature_bc_matrix.h5'))];
    expect(text.geneNames()).toEqual(hdf5.geneNames());
    expect(labelsOf(text.varColumn('gene_ids'))).toEqual(labelsOf(hdf5.varColumn('gene_ids')));
    expect(text.obsNames(0, text.nObs)).toEqual(hdf5.obsNames(0, hdf5.nObs));
    const spooled = await transposeToSpool(text.counts()!, join(folder, 'a.spool'), { memoryBytes: 6e6 });
    const [a, b] = [await allRows(spooled, 100, 1e5), await allRows(hdf5.counts()!, 100, 1e5)];
    expect(a.indptr).toEqual(b.indptr);
    // The HDF5 file does not sort the genes of a cell: compared as sets.
    const sorted = ({ indptr, indices, values }: typeof a) =>
      Array.from({ length: text.nObs }, (_, row) =>
        Array.from({ length: indptr[row + 1]! - indptr[row]! }, (_, i) => `${indices[indptr[row]! + i]}:${values[indptr[row]! + i]}`).sort(),
      );
    expect(sorted(a)).toEqual(sorted(b));
    text.close();
    hdf5.close();
  });

  test('files without .gz, with a sample in front, genes.tsv, or the matrix named instead of its folder', async () => {
    const plain = unpackedCopy('plain', (file) => file);
    const prefixed = unpackedCopy('prefixed', (file) => `GSM1_${file.replace('features', 'genes')}`);
    for (const path of [plain, prefixed, join(plain, 'matrix.mtx')]) {
      const plate = await openPlate(path);
      expect([plate.nObs, plate.nVars, plate.counts()?.facts.filter]).toEqual([1107, 507, null]);
      plate.close();
    }
  });

  test('a folder that lacks a file, holds two runs, or does not fit together is refused with the reason', async () => {
    const lacking = unpackedCopy('lacking', (file) => file);
    rmSync(join(lacking, 'barcodes.tsv'));
    await expect(openPlate(lacking)).rejects.toMatchObject({ kind: 'unsupported-format', data: { remedy: expect.stringContaining('one barcodes.tsv') } });
    const twice = unpackedCopy('twice', (file) => `a_${file}`);
    copyFileSync(join(twice, 'a_matrix.mtx'), join(twice, 'b_matrix.mtx'));
    await expect(openPlate(twice)).rejects.toMatchObject({ kind: 'unsupported-format' });
    const short = unpackedCopy('short', (file) => file);
    writeFileSync(join(short, 'barcodes.tsv'), 'AAAC-1\nAAAG-1\n');
    await expect(openPlate(short)).rejects.toMatchObject({ kind: 'corrupt-file', message: expect.stringContaining('507 genes and 2 cells') });
  });

  test('of several genomes the first is read and the others are named', async () => {
    const plate = await openPlate(shared('cellranger1_multiple_genomes.h5'));
    const report = await plate.inspect({ scan: false });
    expect(report).toMatchObject({ format: '10x-h5', encoding: 'cellranger-1', counts_in: 'X', n_obs: 12, n_vars: 343 });
    expect(report.problems).toEqual([expect.objectContaining({ kind: 'unsupported-encoding', where: 'hg19_chr21' })]);
    plate.close();
  });

  test('what probes say of genes and barcodes comes as columns', async () => {
    const plate = await openPlate(shared('visium_raw_probe_bc_matrix.h5'));
    const report = await plate.inspect({ scan: false });
    expect(report.obs).toEqual([{ name: 'filtered_barcodes', type: 'boolean', example: expect.stringMatching(/True|False/) }]);
    expect(report.var.map((column) => column.name).sort()).toEqual(
      ['feature_types', 'filtered_probes', 'gene_id', 'gene_ids', 'gene_name', 'genome', 'probe_region'],
    );
    plate.close();
  });
});
