/** Questions about registered plates: counts before X is read, and extractions equal to what pandas and anndata take. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { anndataPython, runScript } from '../../compute/results/testing/python.ts';
import { hasSharedData, sharedData } from '../../compute/stores/test-data.ts';
import type { QueryAnswer } from '../../protocol/query.ts';
import { createTrial, truckee } from '../support/truckee.ts';

interface Reference {
  readonly cells: readonly number[];
  readonly nonzeros: number;
  readonly shape: readonly number[];
  readonly different: number;
  readonly genes: boolean;
  readonly columns: Readonly<Record<string, boolean>>;
  readonly query: unknown;
}

const trial = createTrial();
const plates = [1, 2, 3].map((n) => join(trial.folder, 'plates', `plate${n}_demo.h5ad`));
const at = ['--workspace', trial.workspace];
const question = ['--drug', 'Erdafitinib', '--drug', 'DMSO_TF', '--level', 'full', '--where', 'pcnt_mito < 0.1'];
const ask = async (...args: string[]): Promise<QueryAnswer> => (await truckee(['query', ...args, ...at])).last as unknown as QueryAnswer;

beforeAll(async () => {
  await truckee(['generate', join(trial.folder, 'plates'), '--plates', '3', '--cells', '1500', '--genes', '3000', '--drugs', '40', ...at]);
  await trial.add(...plates);
});

describe('a question about registered plates', () => {
  test('is answered with cells, values, bytes, samples and conditions', async () => {
    const answer = await ask(...question);
    expect(answer).toMatchObject({ ok: true, definition: 'registered', estimated: false });
    const total = (of: (one: QueryAnswer['conditions'][number]) => number): number => answer.conditions.reduce((n, one) => n + of(one), 0);
    expect(total((one) => one.cells)).toBe(answer.cells);
    expect(total((one) => one.nonzeros)).toBe(answer.nonzeros);
    expect(answer.samples.reduce((n, one) => n + one.cells!, 0)).toBe(answer.cells);
    expect(answer.plates.map(({ plate, dataset }) => [plate, dataset])).toEqual([1, 2, 3].map((n) => [`plate${n}`, `plate${n}_demo`]));
    expect(answer.bytes).toBeGreaterThan(0);
    expect(answer.bytes).toBeLessThanOrEqual(answer.file_bytes);
    expect(answer.conditions.some(({ drug, dose }) => drug === 'Erdafitinib' && dose === 5)).toBe(true);
  });

  test('finds lines by name, doses by number, and refuses names nobody knows', async () => {
    const whole = await ask('--drug', 'erdafitinib');
    const byDose = await Promise.all(['0.05', '0.5', '5'].map((dose) => ask('--drug', 'Erdafitinib', '--dose', dose)));
    expect(byDose.reduce((n, one) => n + one.cells, 0)).toBe(whole.cells);
    const byLine = await ask('--line', 'A549');
    expect(byLine.cells).toBe((await ask('--line', 'CVCL_0023')).cells);
    expect(byLine.cells).toBeGreaterThan(0);
    expect(await ask('--drug', 'Erdafitnib')).toMatchObject({ ok: false, error: { kind: 'not-found', facts: { near: ['Erdafitinib'] } } });
    expect(await ask('--level', 'ful')).toMatchObject({ ok: false, error: { kind: 'not-found', facts: { what: 'level', near: ['full'] } } });
    expect((await ask('--phase', 'g2m')).notes).toContain("phase 'g2m' is taken as 'G2M'");
    expect(await ask('--where', 'no_such > 1')).toMatchObject({ ok: false, error: { kind: 'unknown-column', facts: { column: 'no_such' } } });
    expect((await ask('--where', "drug == 'Erdafitinib' or phase in ['G3', 'S'] or gene_count == 'many' or drug > 5")).notes).toEqual([
      "no cell's 'drug' is 'Erdafitinib': did you mean 'Erdafitinib '?", "no cell's 'phase' is 'G3': did you mean 'G1'?", "'gene_count' holds numbers, and 'many' is none", "'drug' holds texts, which no number is compared with",
    ]);
    expect(await ask('--drug', 'Erdafitinib', '--dose', '77')).toMatchObject({ ok: true, cells: 0, notes: [expect.stringContaining('no registered cell')] });
  });

  test.skipIf(anndataPython === null)('is extracted exactly, as h5ad and as Zarr', async () => {
    const answer = await ask(...question);
    for (const name of ['cells.h5ad', 'cells.zarr']) {
      const out = join(trial.folder, name);
      const done = await truckee(['query', ...question, '--out', out, '--memory', '600MiB', ...at]);
      expect(done.last).toMatchObject({ ok: true, cells: answer.cells });
      const python = runScript(join(import.meta.dirname, 'query.py'), out, 'Erdafitinib|DMSO_TF', '', 'full', '0.1', ...plates) as Reference;
      expect(python).toMatchObject({ different: 0, genes: true, nonzeros: answer.nonzeros, shape: [answer.cells, 3000], cells: answer.plates.map(({ cells }) => cells) });
      expect(Object.values(python.columns)).toEqual(Object.values(python.columns).map(() => true));
      expect(python.query).toEqual({ drug: ['Erdafitinib', 'DMSO_TF'], level: ['full'], where: 'pcnt_mito < 0.1' });
      // Cells of demo plates stay demo cells.
      expect((await truckee(['inspect', out])).last).toMatchObject({ demo: true });
    }
  });

  test('taken cells that are registered beside their plates are not counted twice', async () => {
    const mine = ['--workspace', join(trial.folder, 'beside')];
    const out = join(trial.folder, 'beside.h5ad');
    await truckee(['add', ...plates, ...mine]);
    const before = (await truckee(['query', '--drug', 'Erdafitinib', ...mine])).last as unknown as QueryAnswer;
    await truckee(['query', '--drug', 'Erdafitinib', '--out', out, ...mine]);
    await truckee(['add', out, ...mine]);
    const after = (await truckee(['query', '--drug', 'Erdafitinib', ...mine])).last as unknown as QueryAnswer;
    expect(after).toEqual({ ...before, notes: [...before.notes, 'beside is left out: its cells were taken from plate1_demo, plate2_demo, plate3_demo, and would count twice'] });
  });

  test('refuses a target that exists, a name without a format, and a question nothing fits', async () => {
    const taken = join(trial.folder, 'taken.h5ad');
    writeFileSync(taken, 'mine');
    expect((await truckee(['query', ...question, '--out', taken, ...at])).last).toMatchObject({ ok: false, error: { kind: 'already-exists' } });
    expect((await truckee(['query', ...question, '--out', join(trial.folder, 'x.csv'), ...at])).last).toMatchObject({ ok: false, error: { kind: 'bad-usage' } });
    const nothing = join(trial.folder, 'nothing.h5ad');
    expect((await truckee(['query', '--drug', 'Erdafitinib', '--where', 'pcnt_mito > 7', '--out', nothing, ...at])).last).toMatchObject({ ok: false, error: { kind: 'nothing-left' } });
    expect(existsSync(nothing)).toBe(false);
  });
});

test('a query feeds a recipe without being written out, and another query is another result', async () => {
  const run = async (query: object, steps: object[]) => {
    const path = join(trial.folder, 'queried.json');
    writeFileSync(path, JSON.stringify({ truckee: 1, name: 'queried', query, steps }));
    return truckee(['run', path, ...at]);
  };
  const expected = await ask('--drug', 'Erdafitinib', '--plate', 'plate2', '--where', 'pcnt_mito < 0.1');
  const steps = [{ step: 'qc' }, { step: 'filter', params: { where: 'pcnt_mito < 0.1' } }, { step: 'normalize' }];
  const first = await run({ drug: ['Erdafitinib'], plate: ['plate2'] }, steps);
  expect(first.last).toMatchObject({ ok: true });
  const words = first.lines.filter(({ kind }) => kind === 'note').map(({ text }) => String(text));
  expect(words.some((text) => text.includes(`kept ${expected.cells} of 1,500 cells: plate2_demo ${expected.cells}`)), words.join('\n')).toBe(true);
  expect(words.some((text) => text.includes('plate1_demo is not read'))).toBe(true);
  const prints = (answer: typeof first) => (answer.last['results'] as { step: string; fingerprint: string; reused: boolean }[]);
  expect(prints(await run({ drug: ['Erdafitinib'], plate: ['plate2'] }, steps)).every(({ reused }) => reused)).toBe(true);
  const other = prints(await run({ drug: ['DMSO_TF'], plate: ['plate2'] }, steps));
  expect(other.find(({ step }) => step === 'filter')).not.toMatchObject({ fingerprint: prints(first).find(({ step }) => step === 'filter')!.fingerprint });
});

test.skipIf(!hasSharedData)('what the tables count on plates that are not registered is said; where they cannot tell, nothing is', async () => {
  const tables = ['--workspace', join(trial.folder, 'with-tables')];
  const asked = async (...args: string[]): Promise<QueryAnswer> => (await truckee(['query', ...args, ...tables])).last as unknown as QueryAnswer;
  await truckee(['catalog', 'import', join(sharedData, 'tahoe'), ...tables]);
  await truckee(['add', plates[0]!, ...tables]);
  const elsewhere = /the tables count ([\d,]+) more cells \(released\) on (.*): no registered file holds them/;
  const found = (answer: QueryAnswer): string[] => answer.notes.flatMap((note) => elsewhere.exec(note)?.slice(1) ?? []);
  // Published: 67,212, 74,421 and 124,099 cells on plates 1, 2 and 3.
  expect(found(await asked('--drug', 'Dabrafenib'))).toEqual(['265,732', 'plate1, plate2, plate3']);
  const other = (await asked('--drug', 'DMSO_TF', '--tables')).plates.filter(({ plate }) => plate !== 'plate1').reduce((sum, { cells }) => sum + cells, 0);
  expect(found(await asked('--drug', 'DMSO_TF'))).toEqual([other.toLocaleString('en'), 'plate2, plate3, plate4, plate5 and 9 more plates']);
  expect(found(await asked('--drug', 'DMSO_TF', '--plate', 'plate1'))).toEqual([]);
  expect(found(await asked('--drug', 'DMSO_TF', '--where', 'pcnt_mito < 0.1'))).toEqual([]);
});

test.skipIf(anndataPython === null)('a merge of fourteen copies of one plate is caught before it is counted (C36)', async () => {
  const merged = join(trial.folder, 'merged.h5ad');
  runScript(join(import.meta.dirname, 'merge.py'), plates[0]!, merged, '14');
  const mine = ['--workspace', join(trial.folder, 'merged-workspace')];
  const { report } = { report: (await truckee(['inspect', merged])).last };
  expect(report['n_obs']).toBe(14 * 1500);
  expect(report['problems']).toContainEqual(expect.objectContaining({ kind: 'repeated-cells', message: expect.stringContaining('1,500 cell names are repeated 14 times') }));
  await truckee(['add', merged, ...mine]);
  expect((await truckee(['preflight', 'pca-umap', ...mine])).last).toMatchObject({ ok: false, error: { kind: 'repeated-cells' } });
});
