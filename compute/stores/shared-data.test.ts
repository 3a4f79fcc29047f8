/** Every file of the shared data, against its manifest and against digests of what anndata reads (fixtures/expect.py). */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openPlate, transposeToSpool, type MatrixSpec } from './index.ts';
import { isTruckeeError } from '../../protocol/errors.ts';
import { allRows, digestColumn, digestLabels, digestRows, fixtures, hasSharedData, sharedData } from './test-data.ts';

interface ManifestEntry {
  readonly bytes: number;
  readonly n_obs: number;
  readonly n_vars: number;
  readonly X: { nnz: number; [key: string]: unknown } | null;
  readonly layers: readonly string[];
  readonly raw: readonly number[] | null;
  readonly obsm: readonly string[];
  readonly obs: readonly string[];
  readonly first_obs: readonly string[];
  readonly first_var: readonly string[];
}
interface ExpectedFrame { readonly names: string; readonly columns: Readonly<Record<string, readonly [string, string]>> }
interface Expected { readonly obs: ExpectedFrame; readonly var: ExpectedFrame; readonly rawVar?: ExpectedFrame; readonly matrices: Readonly<Record<string, string>> }

const manifest = hasSharedData ? (JSON.parse(readFileSync(join(sharedData, 'manifest.json'), 'utf8')) as Record<string, ManifestEntry>) : {};
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<string, Expected>;
const folder = mkdtempSync(join(tmpdir(), 'truckee-stores-'));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * The manifest's nnz of a sparse X is the number of stored entries; ours is the number of values other than zero, as the
 * contract says. They differ in the one file that stores zeros, by exactly the number of those zeros.
 */
const storedZeros: Readonly<Record<string, number>> = { 'h5ad-encodings/curation-heart-320x136.h5ad': 320 };

describe.skipIf(!hasSharedData)('the manifest of the shared data', () => {
  const described = Object.entries(manifest).filter(([, entry]) => 'n_obs' in entry);

  test.each(described)('%s', async (name, entry) => {
    const plate = await openPlate(join(sharedData, name));
    const report = await plate.inspect({ scan: true });
    plate.close();
    const { X } = report;
    expect({
      bytes: report.bytes,
      n_obs: report.n_obs,
      n_vars: report.n_vars,
      X: X === null ? null : { ...X, nnz: X.nnz! + (storedZeros[name] ?? 0) },
      layers: Object.keys(report.layers).sort(),
      raw: report.raw === null ? null : [report.n_obs, report.raw.n_vars],
      obsm: Object.keys(report.obsm).sort(),
      // The manifest lists the first 30 columns at most.
      obs: report.obs.slice(0, 30).map((column) => column.name),
      first_obs: report.first_obs,
      first_var: report.first_var,
    }).toEqual({
      bytes: entry.bytes, n_obs: entry.n_obs, n_vars: entry.n_vars, X: entry.X, layers: [...entry.layers].sort(), raw: entry.raw,
      obsm: [...entry.obsm].sort(), obs: entry.obs, first_obs: entry.first_obs, first_var: entry.first_var,
    });
    expect(report.problems.some((problem) => problem.kind === 'explicit-zeros' && problem.where === 'X')).toBe(name in storedZeros);
  });

  test('it names every kind of file that is opened here', () => {
    expect(described.length).toBeGreaterThanOrEqual(28);
    expect(Object.keys(expected).length).toBeGreaterThanOrEqual(described.length);
  });
});

describe.skipIf(!hasSharedData)('what anndata and scipy read', () => {
  test.each(Object.entries(expected))('%s', async (name, want) => {
    const plate = await openPlate(join(sharedData, name));
    try {
      expect(plate.obsColumns.filter((column) => column in want.obs.columns)).toEqual(Object.keys(want.obs.columns).length === 0 ? [] : plate.obsColumns);
      expect(digestLabels(plate.obsNames(0, plate.nObs))).toBe(want.obs.names);
      for (const [column, digest] of Object.entries(want.obs.columns)) expect([column, digestColumn(plate.obsColumn(column))]).toEqual([column, digest]);
      const genes = plate.counts()?.facts.slot === 'raw/X' ? want.rawVar! : want.var;
      expect(digestLabels(plate.geneNames())).toBe(genes.names);
      for (const [column, digest] of Object.entries(genes.columns)) expect([column, digestColumn(plate.varColumn(column))]).toEqual([column, digest]);

      expect(plate.matrices().map((spec) => spec.facts.slot).sort()).toEqual(Object.keys(want.matrices).sort());
      for (const spec of plate.matrices()) {
        const readable = await inRowOrder(spec);
        expect([spec.facts.slot, digestRows(await allRows(readable, 300, 100_000))]).toEqual([spec.facts.slot, want.matrices[spec.facts.slot]]);
      }
    } finally {
      plate.close();
    }
  });

  test('ranges of rows of a column are pieces of the whole', async () => {
    for (const name of ['h5ad-encodings/anndataR-example.h5ad', 'h5ad-encodings/anndata-v0.5.0.h5ad', 'jurkat-crispr/jurkat_crispr_7500.h5ad']) {
      const plate = await openPlate(join(sharedData, name));
      const [start, end] = [Math.floor(plate.nObs / 3), Math.floor(plate.nObs / 2)];
      for (const column of plate.obsColumns) {
        const whole = plate.obsColumn(column);
        const part = plate.obsColumn(column, start, end);
        const values = whole.kind === 'categorical' ? [...whole.codes] : [...whole.values];
        expect(part.kind === 'categorical' ? [...part.codes] : [...part.values]).toEqual(values.slice(start, end));
      }
      expect(plate.obsNames(start, end)).toEqual(plate.obsNames(0, plate.nObs).slice(start, end));
      plate.close();
    }
  });
});

async function inRowOrder(spec: MatrixSpec): Promise<MatrixSpec> {
  return transposeToSpool(spec, join(folder, `${Math.random()}.spool`), { memoryBytes: 8 * 1024 * 1024 });
}

describe.skipIf(!hasSharedData)('files that are refused', () => {
  test.each([
    ['h5ad-odd/truncated.h5', 'truncated-file'],
    ['h5ad-odd/tiny.loom', 'unsupported-format'],
    ['zarr/anndata-v0.7.8.zarr.zip', 'unsupported-format'],
    ['tahoe/drug_metadata.parquet', 'unsupported-format'],
    ['tahoe', 'unsupported-format'],
    ['vcc/gene_names.csv', 'not-hdf5'],
    ['tenx/cellranger3-mtx/features.tsv.gz', 'not-hdf5'],
    ['nowhere.h5ad', 'file-not-found'],
  ])('%s: %s', async (name, kind) => {
    const error: unknown = await openPlate(join(sharedData, name)).catch((thrown: unknown) => thrown);
    expect(isTruckeeError(error) && error.kind).toBe(kind);
  });
});
