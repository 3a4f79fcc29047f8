/** A design for files that are not those of the atlas: numbers for plates, one plate, no labels, few cells. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isTruckeeError } from '../../protocol/errors.ts';
import { designLoader } from './design.ts';
import { writeCells } from './testing/plates.cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-odd-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const job = { blocks: ['chunks', 4] as (number | 'chunks')[], fetches: [1, 8], batch: 16, workers: 0, backend: 'file', join: 'same', warmSeconds: 0, seconds: 0, floor: 0.9, seed: 0, verified: false, cold: false, epoch: false, order: null } as const;

test('plates that are numbers are plates: bits of random minibatches, and settings that mix well enough', async () => {
  const files = [await writeCells(at('numbers.h5ad'), 600, { plate: (cell) => 1 + (cell % 3), drug: (cell) => `d${cell % 5}` })];
  const answer = await designLoader({ ...job, files });
  expect(answer.floor_label).toBe('plate');
  expect(answer.random['plate']).toBeGreaterThan(1.4);
  expect(answer.recommended.entropy_random).toBe(answer.random['plate']);
  expect(answer.grid.filter(({ mixed }) => mixed).length).toBeGreaterThan(0);
  for (const { entropy } of answer.grid) expect(Object.keys(entropy)).toEqual(['plate', 'drug']);
});

test('files with a plate beside one without: it is a plate by its name; labels that not all have are left out', async () => {
  const files = [await writeCells(at('ours.h5ad'), 300, { drug: () => 'd1' }), await writeCells(at('public.h5ad'), 300, { plate: () => 'plate7', sample: (cell) => `s${cell % 4}`, drug: () => 'd2' })];
  const answer = await designLoader({ ...job, files });
  expect(Object.keys(answer.random)).toEqual(['plate', 'drug']);
  expect(answer.random['plate']).toBeGreaterThan(0.9);
});

test('files with other genes are designed for what they share, and their order says which columns these are', async () => {
  const files = [await writeCells(at('a.h5ad'), 300, {}), await writeCells(at('b.h5ad'), 300, {}, 5)];
  await expect(designLoader({ ...job, files })).rejects.toMatchObject({ data: { kind: 'gene-mismatch', remedy: expect.stringContaining('--join inner') } });
  for (const [mode, genes] of [['inner', 15], ['outer', 25]] as const) {
    const { order } = await designLoader({ ...job, files, join: mode, order: { folder: at(mode), epochs: 1 } });
    const { gene_names: names } = JSON.parse(readFileSync(order.find((path) => path.endsWith('order.json'))!, 'utf8')) as { gene_names: string[] };
    expect([names.length, names.includes('G5'), names.includes('G24')]).toEqual([genes, true, mode === 'outer']);
  }
});

test('one plate: the floor is about the finest label, and that is said; nothing is a share of nothing', async () => {
  // Samples one after the other: what blocks cannot mix, larger fetches do.
  const files = [await writeCells(at('one.h5ad'), 640, { plate: () => 1, cell_line: (cell) => `c${cell % 2}`, sample: (cell) => `s${Math.floor(cell / 80)}` })];
  const answer = await designLoader({ ...job, blocks: [16], fetches: [1, 32], floor: 0.95, files });
  expect(answer.floor_label).toBe('sample');
  expect(answer.grid.map(({ mixed }) => mixed)).toEqual([false, true]);
  expect(answer.recommended).toMatchObject({ fetch: 32, entropy_random: answer.random['sample'] });
  expect(answer.warnings[0]).toMatch(/^There is one plate only: the floor of 95 % is about the diversity of sample/);
  const few = await designLoader({ ...job, blocks: [64], fetches: [1], floor: 0.95, files });
  expect(few.warnings.join(' ')).toMatch(/No setting reaches 95 % of the diversity of sample .*Cells lie sorted by well/);
  for (const { warnings } of [answer, few]) expect(warnings.join(' ')).not.toMatch(/NaN|Infinity/);
});

test('one plate without labels, and minibatches of one cell: there is no diversity, and no floor that is not reached', async () => {
  const [bare, labelled] = [[await writeCells(at('bare.h5ad'), 200, {})], [at('numbers.h5ad')]];
  const [none, single] = [await designLoader({ ...job, files: bare }), await designLoader({ ...job, batch: 1, seconds: 0.1, files: labelled })];
  expect(none.warnings.join(' ')).toMatch(/There is one plate only, and no label with several classes/);
  expect(single.warnings[0]).toMatch(/^Minibatches of one cell have no diversity to speak of/);
  for (const answer of [none, single]) {
    expect(answer).toMatchObject({ floor_label: null, recommended: { entropy: 0, entropy_random: 0 } });
    expect(answer.warnings.join(' ')).not.toMatch(/No setting reaches/);
    for (const { mixed, entropy } of answer.grid) expect([mixed, entropy['plate']!.predicted, entropy['plate']!.measured]).toEqual([true, 0, null]);
    expect(Math.max(...answer.grid.map((setting) => setting.cells_per_second ?? setting.predicted_cells_per_second))).toBe(answer.recommended.cells_per_second);
  }
});

test('blocks of more cells than there are are left out and named, refused where none is left; each size is tried once', async () => {
  const files = [await writeCells(at('few.h5ad'), 50, { plate: (cell) => 1 + (cell % 2) })];
  const answer = await designLoader({ ...job, blocks: ['chunks', 16, 16, 64, 100], fetches: [16, 256, 16], seconds: 0.1, files });
  expect(answer.grid.map(({ block, fetch }) => [block, fetch])).toEqual([['chunks', 16], ['chunks', 256], [16, 16], [16, 256]]);
  expect(answer.warnings).toContain('Blocks of 64, 100 were left out: there are only 50 cells; a block may hold at most as many.');
  await expect(designLoader({ ...job, blocks: [64], files })).rejects.toMatchObject({ data: { kind: 'invalid-parameter', facts: { parameter: 'block', value: '64' } } });
  const one = await designLoader({ ...job, blocks: ['chunks', 1], seconds: 0.1, files: [await writeCells(at('single.h5ad'), 3, { drug: (cell) => `d${cell}` })] });
  expect(one.recommended.cells_per_second).toBeGreaterThan(0);
});

test.skipIf(!existsSync('/proc/self'))('a folder for the order that cannot be is refused before anything is measured (needs /proc)', async () => {
  const seen: number[] = [];
  await expect(designLoader({ ...job, files: [at('numbers.h5ad')], order: { folder: '/proc/truckee', epochs: 1 } }, { onSetting: (done) => void seen.push(done) })).rejects.toSatisfy(isTruckeeError);
  expect(seen).toEqual([]);
});
