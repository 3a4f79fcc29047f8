import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anndataPython, runScript, scratchFolder } from '../results/testing/python.ts';
import { openPlate } from './index.ts';

describe.skipIf(anndataPython === null)('a table of cells beside its matrix (needs Python)', () => {
  const folder = scratchFolder();
  beforeAll(() => void runScript(join(import.meta.dirname, 'testing/doubtful.py'), folder));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const inspected = async (name: string) => {
    const plate = await openPlate(join(folder, name));
    try {
      return { report: await plate.inspect({ scan: false }), counts: plate.counts() };
    } finally {
      plate.close();
    }
  };
  const doubts = async (name: string) =>
    (await inspected(name)).report.problems.filter(({ kind }) => kind.startsWith('obs-') || kind === 'minified').map(({ kind, where, message }) => [kind, where, message] as const);

  test('that tells of its own rows raises no doubt, one odd cell neither', async () => {
    expect(await doubts('sound.h5ad')).toEqual([]);
    expect(await doubts('one.h5ad')).toEqual([]);
  });

  test.each([['later.h5ad', 'shifted by 3 rows', "row 3 of 'tscp_count' tells of row 0"], ['earlier.h5ad', 'shifted by 2 rows', "row 0 of 'tscp_count' tells of row 2"]])('that is shifted is found, by how far: %s', async (name, by, rows) => {
    const found = await doubts(name);
    expect(found.map(([kind, where]) => [kind, where])).toEqual(['tscp_count', 'gene_count', 'pcnt_mito'].map((column) => ['obs-misaligned', `obs/${column}`]));
    expect(found[0]![2]).toContain(by);
    expect(found[0]![2]).toContain(rows);
  });

  test('that was sorted apart, or holds percent for shares, is told with an example', async () => {
    expect((await doubts('sorted.h5ad')).map(([kind, where]) => [kind, where])).toEqual(['tscp_count', 'gene_count', 'pcnt_mito'].map((column) => ['obs-disagrees', `obs/${column}`]));
    const percent = await doubts('percent.h5ad');
    expect(percent.map(([kind, where]) => [kind, where])).toEqual([['obs-disagrees', 'obs/pcnt_mito']]);
    expect(percent[0]![2]).toMatch(/of 256 cells looked at: row \d+ says [\d.]+, found 0\.\d+/);
  });

  test('of a minified file: an all-zero X is explained and never taken for counts', async () => {
    const { report, counts } = await inspected('minified.h5ad');
    expect([report.counts_in, counts]).toEqual([null, null]);
    expect(report.problems.find(({ kind }) => kind === 'minified')!.message).toMatch(/empty on purpose.*10 latent values.*_scvi_latent_qzm/);
  });
});
