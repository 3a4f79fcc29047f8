/** What a user can mistype or ask too much of: refused before anything is read, with the nearest right word. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { program } from '../support/program.ts';
import { refusalOf, summaryOf, truckee } from './support/truckee.ts';
import { demoPlates, fresh, runArgs, scratch, templateOf } from './support/workspace.ts';

const folder = scratch('words');
let workspace: string;

beforeAll(async () => {
  workspace = await templateOf(folder, await demoPlates(folder, { plates: 2, cells: 200, genes: 300 }));
});

const recipe = (steps: readonly object[], more: object = {}): string => JSON.stringify({ truckee: 1, name: 'mine', steps, ...more });

describe('words that are not known', () => {
  test.each([
    ['a command', ['rum', 'pca'], 'bad-usage', /'run'/],
    ['an option', ['run', 'pca', '--workrs', '2'], 'bad-usage', /--workers/],
    ['an option without its value', ['run', 'pca', '--memory'], 'bad-usage', /memory/],
    ['a size', ['run', 'pca', '--memory', 'lots'], 'bad-usage', /1GiB/],
    ['a number', ['run', 'pca', '--workers', '0'], 'bad-usage', /at least 1/],
    ['a ready recipe', ['run', 'pca-umpa'], 'not-found', /'pca-umap'/],
    ['a recipe file', ['run', './my recipe.json'], 'not-found', /my recipe/],
    ['a step to set', ['run', 'pca', '--set', 'filtr.min_genes=3'], 'unknown-step', /'filter'/],
    ['a parameter to set', ['run', 'pca', '--set', 'filter.min_gene=3'], 'unknown-parameter', /'min_genes'/],
    ['a value', ['run', 'pca', '--set', 'filter.min_genes=many'], 'invalid-parameter', /min_genes cannot be "many"/],
    ['a setting without value', ['run', 'pca', '--set', 'filter.min_genes'], 'bad-usage', /STEP\.PARAM=VALUE/],
    ['a column in an expression', ['run', 'pca', '--set', "filter.where=cell_lin == 'A549'"], 'unknown-column', /'cell_line'/],
    ['an expression', ['run', 'pca', '--set', 'filter.where=cell_line = 3 and'], 'bad-expression', /character/],
    ['nothing to add', ['add'], 'bad-usage', /FILE/],
    ['two recipes', ['run', 'pca', 'qc'], 'bad-usage', /one RECIPE/],
  ])('%s', async (_what, words, kind, near) => {
    const args = [...words, '--workspace', workspace];
    const outcome = await truckee([...args, '--json']);
    const refusal = refusalOf(outcome);
    expect(refusal.kind, refusal.message).toBe(kind);
    expect(`${refusal.message} ${refusal.remedy}`).toMatch(near);
    const people = await truckee(args);
    expect(people.code).toBe(outcome.code);
    expect(people.stderr).toContain(refusal.message);
    expect(people.stderr).toContain(refusal.remedy);
  });

  test.each([
    ['text', 'step: qc', 'bad-recipe', /not JSON/],
    ['another shape', '[1, 2]', 'bad-recipe', /cannot be used/],
    ['no steps', recipe([]), 'bad-recipe', /steps/],
    ['an unknown field', recipe([{ step: 'qc' }], { colour: 'red' }), 'bad-recipe', /colour/],
    ['an unknown step', recipe([{ step: 'qq' }]), 'unknown-step', /'qc'/],
    ['a step without its input', recipe([{ step: 'pca' }]), 'missing-input', /log1p|hvg|normalize/],
    ['an unknown dataset', recipe([{ step: 'qc' }], { datasets: [{ name: 'plate1_dmo' }] }), 'not-found', /'plate1_demo'/],
    ['a dataset with another digest', recipe([{ step: 'qc' }], { datasets: [{ name: 'plate1_demo', digest: 'abc' }] }), 'dataset-changed', /changed/],
  ])('a recipe: %s', async (_what, text, kind, near) => {
    const refusal = refusalOf(await truckee(['run', '-', '--workspace', workspace, '--json'], { input: text }));
    expect(refusal.kind, refusal.message).toBe(kind);
    expect(`${refusal.message} ${refusal.remedy}`).toMatch(near);
  });
});

describe('more than there is', () => {
  test('memory', async () => {
    const refusal = refusalOf(await truckee([...runArgs('pca', workspace), '--memory', '60MiB']));
    expect(refusal.kind).toBe('memory-too-small');
    expect(Number(refusal.facts['neededBytes'])).toBeGreaterThan(60 * 2 ** 20);
    expect(refusal.remedy).toMatch(/--memory \d/);
  });

  test('an empty workspace', async () => {
    expect(refusalOf(await truckee(runArgs('pca', join(folder, 'nothing here')))).kind).toBe('no-datasets');
  });

  test('demo plates where there are some', async () => {
    const refusal = refusalOf(await truckee(['generate', join(folder, 'demo'), '--plates', '1', '--cells', '10', '--genes', '300', '--json']));
    expect(refusal.kind).toBe('already-exists');
  });
});

const nobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

describe('folders that may not be written', () => {
  test('a workspace', async () => {
    const place = join(folder, 'locked up');
    mkdirSync(place);
    chmodSync(place, 0o555);
    chmodSync(folder, 0o755);
    for (const args of [['list'], ['add', join(folder, 'demo/plate1_demo.h5ad')], ['run', 'pca']]) {
      const refusal = refusalOf(await truckee([...args, '--workspace', join(place, 'inner'), '--json'], { before: nobody, cwd: '/' }));
      expect(refusal.kind, refusal.message).toBe('not-permitted');
      expect(refusal.message).toContain(place);
    }
    chmodSync(place, 0o755);
  });

  test('a workspace of somebody else: reading says so plainly', async () => {
    const place = fresh(workspace, join(folder, 'not mine'));
    for (const args of [['list'], ['run', 'pca']]) {
      const refusal = refusalOf(await truckee([...args, '--workspace', place, '--json'], { before: nobody.length > 0 ? nobody : ['false'], cwd: '/' }));
      expect(refusal.kind, refusal.message).toBe('not-permitted');
    }
  });

  test('a target for demo plates', async () => {
    const place = join(folder, 'closed');
    mkdirSync(place);
    chmodSync(place, 0o555);
    const refusal = refusalOf(await truckee(['generate', place, '--plates', '1', '--cells', '10', '--genes', '300', '--json'], { before: nobody, cwd: '/' }));
    expect(refusal.kind, refusal.message).toBe('not-permitted');
  });

  test('a workspace that is a file', async () => {
    const place = join(folder, 'file');
    writeFileSync(place, 'not a folder');
    const refusal = refusalOf(await truckee(['list', '--workspace', place, '--json']));
    expect(['already-exists', 'io-failed', 'not-permitted'], refusal.message).toContain(refusal.kind);
  });
});

test('a closed pipe ends a command without a word', async () => {
  const place = fresh(workspace, join(folder, 'pipe'));
  const line = `${program.map((word) => `'${word}'`).join(' ')} run pca --workspace '${place}' --json --workers 1 2>'${join(folder, 'stderr')}' | head -n 2`;
  const { execFileSync } = await import('node:child_process');
  expect(execFileSync('bash', ['-c', line], { encoding: 'utf8' }).trim().split('\n')).toHaveLength(2);
  const { readFileSync } = await import('node:fs');
  expect(readFileSync(join(folder, 'stderr'), 'utf8')).toBe('');
  summaryOf(await truckee(runArgs('pca', place)));
  expect(existsSync(join(place, 'host.lock'))).toBe(false);
});
