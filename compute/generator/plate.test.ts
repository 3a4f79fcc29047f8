import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isKind } from '../../protocol/errors.ts';
import { openPlate } from '../stores/index.ts';
import { anndataPython, runScript, scratchFolder } from '../results/testing/python.ts';
import { drawBlocks, generatePlate, plateModel, type CellBlock, type PlateDesign, type PlateSummary } from './index.ts';

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const design = (plate: number): PlateDesign => ({ plate, cells: 600, genes: 5000, seed: 11 });
const pathOf = (plate: number): string => join(folder, `plate${plate}.h5ad`);
const summaries: PlateSummary[] = [];

beforeAll(async () => {
  for (const plate of [1, 2, 3]) {
    summaries.push(await generatePlate(design(plate), { plateChunks: plate === 1, indexType: plate === 2 ? 'int64' : 'int32' }, { path: pathOf(plate) }));
  }
});

interface Figures {
  shape: number[]; storage: Record<string, unknown[]>; columns: Record<string, string>; phases: Record<string, number>; lineFolds: number[];
  unnamed: number; full: number; mito: number; control: number; meanGenes: number; meanTranscripts: number; samples: unknown[]; [name: string]: unknown;
}

describe.skipIf(anndataPython === null)('three plates as anndata reads them', () => {
  test.each([1, 2, 3])('plate %i', (plate) => {
    const figures = runScript(join(import.meta.dirname, 'testing', 'read_plate.py'), pathOf(plate)) as Figures;
    expect(figures.shape).toEqual([600, 5000]);
    expect(figures.columns).toEqual({
      sample: 'category', gene_count: 'int64', tscp_count: 'int64', mread_count: 'int64', drugname_drugconc: 'category', drug: 'category',
      cell_line: 'category', sublibrary: 'category', BARCODE: 'object', pcnt_mito: 'float64', S_score: 'float64', G2M_score: 'float64',
      phase: 'category', pass_filter: 'category', cell_name: 'category', plate: 'category',
    });
    expect(figures).toMatchObject({
      indexName: 'BARCODE_SUB_LIB_ID', varIndexName: 'gene_name', varColumns: [], uniqueIndex: true, uniqueGenes: true, mitoGenes: 37,
      indexIsBarcodeAndLibrary: true, barcodes: true, rowsInOrder: true, canonical: true, counts: true, geneCount: true, transcripts: true,
      reads: true, passFilter: true, phaseFollowsScores: true, plates: [`plate${plate}`], samplePairs: 0,
      samples: [`smp_${1495 + 96 * (plate - 1)}`, `smp_${1495 + 96 * plate - 1}`, 96],
      design: { plate, cells: 600, genes: 5000, seed: 11, lines: 50, drugs: 379 },
    });
    expect(figures['linePairs']).toBe(figures['lines']);
    expect(figures['note']).toContain('Generated data');
    expect(figures.mito).toBeLessThan(1e-12);
    expect(figures.unnamed).toBeGreaterThan(0.28);
    expect(figures.unnamed).toBeLessThan(0.38);
    expect(figures.full).toBeGreaterThan(0.9);
    expect(figures.full).toBeLessThan(1);
    expect(figures.control).toBeGreaterThan(4);
    expect(Object.keys(figures.phases).sort()).toEqual(['G1', 'G2M', 'S']);
    expect(Math.min(...Object.values(figures.phases))).toBeGreaterThan(0.1);
    // log2 folds of 1.5 to 3.5 are planted.
    expect(figures.lineFolds.length).toBeGreaterThan(15);
    expect(Math.min(...figures.lineFolds)).toBeGreaterThan(2);
    const chunked = [139_264, 69_632];
    if (plate === 1) expect(figures.storage).toMatchObject({ data: ['float32', chunked[0], 4, false], indices: ['int64', chunked[1], 4, false], indptr: ['int64', 601, 4, false] });
    else expect(figures.storage).toMatchObject({ data: ['float32', 131_072, 4, true], indices: [plate === 2 ? 'int64' : 'int32', 131_072, 4, true], indptr: [plate === 2 ? 'int64' : 'int32', 601, 4, true] });
  });
});

test('our own reader finds counts and labels, and the summary agrees', async () => {
  const plate = await openPlate(pathOf(3));
  expect(plate.counts()).toMatchObject({ kind: 'csr', facts: { slot: 'X', nObs: 600, nVars: 5000, stored: summaries[2]!.stored } });
  const transcripts = plate.obsColumn('tscp_count');
  if (transcripts.kind !== 'number') throw new Error('tscp_count is not a number column');
  expect(transcripts.values.reduce((sum, value) => sum + value, 0)).toBe(summaries[2]!.transcripts);
  const drugs = plate.obsColumn('drug');
  if (drugs.kind !== 'categorical') throw new Error('drug is not a categorical column');
  expect(drugs.categories).toEqual(expect.arrayContaining(['DMSO_TF', 'Erdafitinib ', 'Selinexor ', 'Trametinib (DMSO_TF solvate)', 'γ-Oryzanol', 'venetoclax']));
  plate.close();
});

test('equal designs give equal files, also when row ranges are drawn apart', async () => {
  async function* inParts(): AsyncGenerator<CellBlock, void, void> {
    for (const [from, to] of [[0, 1], [1, 250], [250, 600]] as const) yield* drawBlocks(plateModel(design(3)), from, to);
  }
  const again = join(folder, 'again.h5ad');
  await generatePlate(design(3), {}, { path: again });
  expect(readFileSync(again).equals(readFileSync(pathOf(3)))).toBe(true);
  const apart = join(folder, 'apart.h5ad');
  await generatePlate(design(3), {}, { path: apart, blocks: inParts() });
  expect(readFileSync(apart).equals(readFileSync(pathOf(3)))).toBe(true);
});

test('no cells at all', async () => {
  const path = join(folder, 'none.h5ad');
  expect(await generatePlate({ ...design(4), cells: 0 }, {}, { path })).toMatchObject({ cells: 0, stored: 0 });
  const plate = await openPlate(path);
  expect([plate.nObs, plate.nVars]).toEqual([0, 5000]);
  plate.close();
});

describe('failures', () => {
  const kindOf = async (act: () => Promise<unknown>): Promise<string> => {
    try {
      await act();
    } catch (thrown) {
      return isKind(thrown, 'cancelled') || isKind(thrown, 'invalid-parameter') || isKind(thrown, 'disk-full') ? thrown.kind : String(thrown);
    }
    return 'none';
  };

  test('cancelling, bad designs, a full disk', async () => {
    const path = join(folder, 'failed.h5ad');
    const aborter = new AbortController();
    const onCells = (): void => aborter.abort();
    expect(await kindOf(() => generatePlate({ ...design(1), cells: 5000, genes: 500 }, {}, { path, signal: aborter.signal, onCells }))).toBe('cancelled');
    expect(await kindOf(() => generatePlate({ ...design(0) }, {}, { path }))).toBe('invalid-parameter');
    expect(await kindOf(() => generatePlate({ ...design(1), lines: 51 }, {}, { path }))).toBe('invalid-parameter');
    if (process.platform === 'linux') expect(await kindOf(() => generatePlate({ ...design(1), cells: 2000 }, {}, { path: '/dev/full' }))).toBe('disk-full');
  });
});
