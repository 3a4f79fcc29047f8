/** Files from outside that cannot be used: each ends in one message with a remedy, for people and as JSON, and in no stack trace. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasPython, makeOddFiles } from './support/python.ts';
import { refusalOf, summaryOf, truckee } from './support/truckee.ts';
import { scratch } from './support/workspace.ts';

const folder = scratch('files');
const at = (name: string): string => join(folder, name);
const workspace = (name: string): string => join(folder, 'workspaces', name);

beforeAll(() => {
  if (hasPython) makeOddFiles(folder);
});

/** The same command for people: the same message and remedy on stderr, the same exit code, nothing else that looks like a defect. */
async function alsoForPeople(args: readonly string[], expected: { code: number | null; message: string; remedy: string }): Promise<void> {
  const told = await truckee(args.filter((arg) => arg !== '--json'));
  expect(told.code).toBe(expected.code);
  expect(told.stderr).toContain(expected.message);
  expect(told.stderr).toContain(expected.remedy);
  expect(told.stderr).not.toMatch(/^\s+at /m);
}

describe.skipIf(!hasPython)('files that cannot be added (needs Python)', () => {
  test.each([
    ['truncated.h5ad', 'truncated-file', /cut short/],
    ['text.h5ad', 'not-hdf5', /text/],
    ['empty.h5ad', 'not-hdf5', /empty/],
    ['gzip.h5ad', 'not-hdf5', /gzip/],
    ['zip.h5ad', 'unsupported-format', /zip/],
    ['plate.loom', 'unsupported-format', /loom/],
    ['missing.h5ad', 'file-not-found', /no file/],
    ['fourteen', 'unsupported-format', /folder/],
  ])('%s: %s', async (name, kind, words) => {
    const args = ['add', at(name), '--workspace', workspace('refused'), '--json'];
    const outcome = await truckee(args);
    const refusal = refusalOf(outcome);
    expect(refusal.kind).toBe(kind);
    expect(refusal.message).toMatch(words);
    expect(refusal.message).toContain(at(name));
    // Every command says a refusal in one place: that it says the same to people and in other commands is seen once.
    if (name !== 'truncated.h5ad') return;
    await alsoForPeople(args, { code: outcome.code, ...refusal });
    expect(refusalOf(await truckee(['inspect', at(name), '--json'])).kind).toBe(kind);
  });
});

describe.skipIf(!hasPython)('files that cannot be run (needs Python)', () => {
  test.each([
    ['no-x.h5ad', 'no-matrix', /no expression matrix/],
    ['nan.h5ad', 'bad-values', /nan value at row 57/i],
    ['infinite.h5ad', 'bad-values', /infinite value at row 57/i],
    ['negative.h5ad', 'not-counts', /below zero/],
    ['fractional.h5ad', 'not-counts', /does not hold counts: .*fractions/],
    ['twin-obs.h5ad', 'duplicate-names', /60 obs names/],
    ['twin-var.h5ad', 'duplicate-names', /40 var names/],
    ['no-rows.h5ad', 'no-cells', /no cells/],
    ['no-genes.h5ad', 'no-genes', /no genes/],
  ])('%s: %s', async (name, kind, words) => {
    const place = workspace(name);
    const added = await truckee(['add', at(name), '--workspace', place, '--json']);
    expect(added.code, added.stdout).toBe(0);
    const args = ['run', 'pca', '--workspace', place, '--json'];
    const outcome = await truckee(args);
    const refusal = refusalOf(outcome);
    expect(refusal.kind, refusal.message).toBe(kind);
    expect(refusal.message).toMatch(words);
    expect(refusal.message).toContain(name);
    if (name === 'nan.h5ad') await alsoForPeople(args, { code: outcome.code, ...refusal });
  });

  test('a run with nothing left says so, of cells and of genes', async () => {
    const place = workspace('nothing');
    summaryOf(await truckee(['add', at('good.h5ad'), '--workspace', place, '--json']));
    const cells = refusalOf(await truckee(['run', 'pca', '--workspace', place, '--json', '--set', 'filter.min_counts=1000000']));
    expect(cells).toMatchObject({ kind: 'nothing-left', facts: { axis: 'cells', before: 120 } });
    expect(cells.message).toContain('min_counts: 120');
    const genes = refusalOf(await truckee(['run', 'pca', '--workspace', place, '--json', '--set', 'filter.min_cells=121']));
    expect(genes).toMatchObject({ kind: 'nothing-left', facts: { axis: 'genes', before: 80 } });
  });
});

describe.skipIf(!hasPython)('the same cells twice (needs Python)', () => {
  const refused = async (name: string, ...files: string[]): Promise<string> => {
    const place = workspace(name);
    const added = await truckee(['add', ...files, '--workspace', place, '--json']);
    expect(added.code, added.stdout).toBe(0);
    const refusal = refusalOf(await truckee(['run', 'pca', '--workspace', place, '--json']));
    expect(refusal.kind).toBe('same-plate-twice');
    return refusal.message;
  };

  test('a copy with another compression', async () => {
    expect(await refused('recompressed', at('good.h5ad'), at('recompressed.h5ad'))).toContain('recompressed.h5ad');
  });

  test('fourteen copies under fourteen names', async () => {
    await refused('fourteen', ...Array.from({ length: 14 }, (_, i) => at(`fourteen/plate${i + 1}.h5ad`)));
  });

  test('one file by two paths is one dataset', async () => {
    const place = workspace('two-paths');
    summaryOf(await truckee(['add', at('good.h5ad'), join(folder, 'fourteen', '..', 'good.h5ad'), at('linked.h5ad'), '--workspace', place, '--json']));
    const listed = summaryOf(await truckee(['list', '--workspace', place, '--json']));
    expect(listed['datasets']).toBe(1);
    expect(summaryOf(await truckee(['run', 'qc', '--workspace', place, '--json']))['results']).toHaveLength(1);
  });
});

describe.skipIf(!hasPython)('genes that differ (needs Python)', () => {
  test("are refused by 'same' and joined by 'inner'", async () => {
    const place = workspace('genes');
    summaryOf(await truckee(['add', at('good.h5ad'), at('other-genes.h5ad'), '--workspace', place, '--json']));
    const refusal = refusalOf(await truckee(['run', 'pca', '--workspace', place, '--json']));
    expect(refusal).toMatchObject({ kind: 'gene-mismatch', facts: { shared: 70, firstOnly: 10, otherOnly: 10 } });
    expect(refusal.remedy).toContain('inner');
    const recipe = JSON.stringify({ truckee: 1, name: 'joined', genes: 'inner', steps: [{ step: 'qc' }, { step: 'filter' }, { step: 'normalize' }, { step: 'log1p' }, { step: 'hvg' }, { step: 'pca' }] });
    // What differs is listed before anything is read.
    const notes = summaryOf(await truckee(['preflight', '-', '--workspace', place, '--json'], { input: recipe }))['notes'] as string[];
    expect(notes).toContain('other-genes lacks obs columns of good: cell_line');
    expect(notes).toContain('other-genes does not list the genes of good in the same order (80 and 80 genes): they are joined by name');
    const outcome = await truckee(['run', '-', '--workspace', place, '--json'], { input: recipe });
    expect(summaryOf(outcome)['results']).toHaveLength(6);
  });

  test('and share none', async () => {
    const place = workspace('foreign');
    summaryOf(await truckee(['add', at('good.h5ad'), at('foreign-genes.h5ad'), '--workspace', place, '--json']));
    const recipe = JSON.stringify({ truckee: 1, name: 'joined', genes: 'inner', steps: [{ step: 'qc' }] });
    const refusal = refusalOf(await truckee(['run', '-', '--workspace', place, '--json'], { input: recipe }));
    expect(refusal.kind).toBe('nothing-left');
    expect(refusal.message).toContain('share no gene');
  });
});

describe.skipIf(!hasPython)('names that are unusual but right (needs Python)', () => {
  test('blanks, other scripts and symlinks in file, folder and workspace', async () => {
    const odd = at('Zellen µ 細胞 [1]');
    const real = join(odd, 'Arbeits platz ü');
    mkdirSync(real, { recursive: true });
    const place = at('link to workspace');
    symlinkSync(real, place);
    summaryOf(await truckee(['add', join(odd, 'plate ü #1 100%.h5ad'), '--workspace', place, '--json']));
    const summary = summaryOf(await truckee(['run', 'pca', '--workspace', place, '--json']));
    expect(summary['results']).toHaveLength(6);
    expect(summaryOf(await truckee(['results', '--workspace', real, '--json']))['runs']).toBe(1);
  });
});
