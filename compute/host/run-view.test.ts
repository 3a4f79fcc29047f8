import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isKind } from '../../protocol/errors.ts';
import { asFingerprint } from '../../protocol/ids.ts';
import type { ExportJob, ViewJob } from '../../protocol/jobs.ts';
import { decodeView, type View } from '../../protocol/view-file.ts';
import { keptRows, makeRun, pca, plateSpecs, subset, targets, totals, umap } from '../export/testing/run.ts';
import { anndataPython, scratchFolder } from '../results/testing/python.ts';
import { runView } from './run-view.ts';

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const needsPython = anndataPython === null ? describe.skip : describe;
const kept = keptRows.map((row) => plateSpecs.flatMap((plate) => plate.cells.map((_, i) => ({ plate, i })))[row]!);

needsPython('view of a run over two plates (needs Python with anndata)', () => {
  let job: ExportJob;
  beforeAll(async () => {
    const made = await makeRun(folder);
    job = { ...made, plates: made.plates.map((plate, i) => ({ ...plate, fingerprint: asFingerprint(`${i}d`.repeat(32)) })) };
  });
  const view = async (request: Partial<ViewJob>, signal = new AbortController().signal): Promise<View> => {
    const target = join(folder, 'view.bin');
    await runView({ ...job, kind: 'view', target, basis: 'X_umap', color: null, maxPoints: 100, ...request }, { answer: () => undefined, emit: () => undefined, hostPid: process.pid, signal });
    return decodeView(readFileSync(target), 'view.bin');
  };

  test('a stored label: codes of the embedded cells, counts over all kept cells', async () => {
    const { header, x, y, codes } = await view({ color: 'line' });
    expect([...x, ...y]).toEqual([...umap.filter((_, i) => i % 2 === 0), ...umap.filter((_, i) => i % 2 === 1)]);
    expect(header).toMatchObject({ axes: ['UMAP1', 'UMAP2'], points: 4, placed: 4, cells: 7, demo: true, varianceRatio: null });
    const color = header.color!;
    if (color.kind !== 'categories') throw new Error('expected categories');
    const labels = kept.map(({ plate, i }) => plate.obs['line']!.values[i]);
    expect(Array.from(codes!, (code) => color.categories[code])).toEqual(subset.map((at) => labels[at]));
    expect(color.counts).toEqual(color.categories.map((label) => labels.filter((one) => one === label).length));
  });

  test('a computed label is known for embedded cells only', async () => {
    const { header, codes } = await view({ color: 'leiden', basis: 'X_pca' });
    expect([...codes!]).toEqual([-1, 0, 1, -1, 0, -1, 0]);
    expect(header).toMatchObject({ axes: ['PC1', 'PC2'], points: 7, varianceRatio: [0.5, 0.25, 0.125], color: { counts: [3, 1], missing: 3 } });
  });

  test('numbers, flags and texts', async () => {
    const score = await view({ color: 'score' });
    expect(score.header.color).toEqual({ kind: 'numbers', column: 'score', min: -2.5, max: 12345678.25, missing: 0 });
    expect([...score.values!]).toEqual(subset.map((at) => Math.fround(kept[at]!.plate.obs['score']!.values[kept[at]!.i] as number)));
    const good = await view({ color: 'good' });
    expect(good.header.color).toMatchObject({ categories: ['False', 'True'], counts: [3, 4] });
    const note = await view({ color: 'note', basis: 'X_pca' });
    expect(note.header.color).toMatchObject({ categories: ['x', 'say "hi"', '@home', 'two\nlines', '+x', 'y'], missing: 1 });
    expect([...note.codes!]).toEqual([0, 1, 2, 3, -1, 4, 5]);
  });

  test('a sample is drawn without repeats, in order, the same for every colour', async () => {
    const one = await view({ basis: 'X_pca', maxPoints: 4, seed: 3, axes: [1, 2] });
    const two = await view({ basis: 'X_pca', maxPoints: 4, seed: 3, axes: [1, 2], color: 'plate' });
    expect(two.x).toEqual(one.x);
    const all = [...pca.filter((_, i) => i % 3 === 1)];
    const places = Array.from(one.x, (x) => all.indexOf(x));
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
    expect(places).toHaveLength(4);
    expect(Array.from(one.y)).toEqual(places.map((at) => pca[3 * at + 2]));
    expect(Array.from(two.codes!)).toEqual(places.map((at) => (at < 4 ? 0 : 1)));
    const draws = new Set<string>();
    for (let seed = 0; seed < 12; seed++) draws.add((await view({ basis: 'X_pca', maxPoints: 4, seed })).x.join());
    expect(draws.size).toBeGreaterThan(4);
  });

  test('a gene has the value that the run made of its count, cell by cell', async () => {
    for (const gene of ['G1', 'G2', 'MT-3', 'G4']) {
      const { header, values } = await view({ basis: 'X_pca', gene });
      expect(header.color).toMatchObject({ kind: 'numbers', column: gene, missing: 0 });
      kept.forEach(({ plate, i }, cell) => {
        const count = plate.X[i]![plate.genes.indexOf(gene)]!;
        const total = totals[keptRows[cell]!]!;
        expect(values![cell], `${gene} of cell ${cell}`).toBeCloseTo(Math.log1p((count / total) * targets[plateSpecs.indexOf(plate)]!), 5);
      });
    }
    // Embedded cells only: the sample's own rows.
    expect([...(await view({ gene: 'G1' })).values!].map((value) => value > 0)).toEqual(subset.map((at) => kept[at]!.plate.X[kept[at]!.i]![kept[at]!.plate.genes.indexOf('G1')]! > 0));
    await expect(view({ gene: 'g1x' })).rejects.toSatisfy((error) => isKind(error, 'not-found') && error.message.includes('gene'));
  });

  test('what is not there is named', async () => {
    await expect(view({ color: 'lime' })).rejects.toSatisfy((error) => isKind(error, 'unknown-column') && String(error.data.remedy).includes('line'));
    await expect(view({ basis: 'X_tsne' })).rejects.toSatisfy((error) => isKind(error, 'not-found'));
    await expect(view({ axes: [0, 2] })).rejects.toSatisfy((error) => isKind(error, 'invalid-parameter'));
    const cancel = new AbortController();
    cancel.abort();
    await expect(view({ color: 'line' }, cancel.signal)).rejects.toSatisfy((error) => isKind(error, 'cancelled'));
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
