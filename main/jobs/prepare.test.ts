/** What stands between a recipe and a job: unusable data refused, equal results found, damaged ones not. */
import { appendFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recipeSchema } from '../../protocol/recipe.ts';
import { adoptResult } from '../results/adopt.ts';
import { addDataset, finishedWork, print, scratchWorkspace } from '../workspace.cases.ts';
import type { Workspace } from '../workspace.ts';
import { chooseDatasets, prepareJob } from './prepare.ts';

const hardware = { cores: 2, workers: 2, memoryBytes: 2 ** 30, diskFreeBytes: 2 ** 40 };
const recipe = (more: object = {}) => recipeSchema.parse({ truckee: 1, name: 'mine', steps: [{ step: 'qc' }, { step: 'filter' }], ...more });
const problem = (kind: string, message: string, where = 'X') => ({ problems: [{ kind, message, where }] });

describe('chooseDatasets', () => {
  const refused = (workspace: Workspace, more: object = {}): unknown => {
    try {
      return chooseDatasets(workspace, recipe(more));
    } catch (thrown) {
      return thrown;
    }
  };

  test('all of them, or those named', () => {
    const workspace = scratchWorkspace();
    for (const name of ['plate1', 'plate2', 'plate3']) addDataset(workspace, name);
    expect(chooseDatasets(workspace, recipe()).map((row) => row.name)).toEqual(['plate1', 'plate2', 'plate3']);
    expect(chooseDatasets(workspace, recipe({ datasets: [{ name: 'plate3' }, { name: 'plate1', digest: print('a') }] })).map((row) => row.name)).toEqual(['plate3', 'plate1']);
    expect(refused(workspace, { datasets: [{ name: 'plat1' }] })).toMatchObject({ kind: 'not-found', data: { facts: { near: expect.arrayContaining(['plate1']) } } });
    expect(refused(workspace, { datasets: [{ name: 'plate1', digest: print('b') }] })).toMatchObject({ kind: 'dataset-changed' });
  });

  test('cells that were taken from others here are left out and that is said; asked for beside them they are refused, alone they are not', () => {
    const workspace = scratchWorkspace();
    addDataset(workspace, 'plate1', { row: { fingerprint: print('b') } });
    addDataset(workspace, 'plate2', { row: { fingerprint: print('c') } });
    const taken = addDataset(workspace, 'taken', { row: { fingerprint: print('d') }, report: { taken_from: [print('b'), print('e')] } });
    expect(chooseDatasets(workspace, recipe()).map((row) => row.name)).toEqual(['plate1', 'plate2']);
    expect(prepareJob(workspace, recipe(), hardware).preflight.notes).toContain('taken is left out: its cells were taken from plate1, and would count twice');
    expect(refused(workspace, { datasets: [{ name: 'taken' }, { name: 'plate1' }] })).toMatchObject({ kind: 'same-plate-twice', data: { facts: { other: taken.path } } });
    for (const names of [['taken'], ['taken', 'plate2']]) {
      const asked = recipe({ datasets: names.map((name) => ({ name })) });
      expect(chooseDatasets(workspace, asked).map((row) => row.name)).toEqual(names);
      expect(prepareJob(workspace, asked, hardware).preflight.notes.join()).not.toContain('left out');
    }
  });

  test('none', () => expect(refused(scratchWorkspace())).toMatchObject({ kind: 'no-datasets' }));

  test.each([
    ['no-matrix', { X: null, counts_in: null }],
    ['no-cells', { n_obs: 0 }],
    ['no-genes', { n_vars: 0 }],
    ['duplicate-names', problem('duplicate-obs-names', "1,234 obs names occur more than once: 'a', 'b'.", 'obs')],
    ['duplicate-names', problem('duplicate-var-names', "One var name occurs more than once: 'MATR3'.", 'var')],
    ['bad-values', problem('nan-values', 'X holds 2 values NaN.')],
    ['bad-values', problem('negative-values', 'X holds 2 values below zero.')],
    ['not-counts', { counts_in: null }],
  ])('%s', (kind, report) => {
    const workspace = scratchWorkspace();
    addDataset(workspace, 'plate1', { report });
    expect(refused(workspace)).toMatchObject({ kind });
  });

  test('the number and examples of names that occur twice', () => {
    const workspace = scratchWorkspace();
    addDataset(workspace, 'plate1', { report: problem('duplicate-obs-names', "1,234 obs names occur more than once: 'a', 'b'.", 'obs') });
    expect(refused(workspace)).toMatchObject({ data: { facts: { axis: 'obs', count: 1234, examples: ['a', 'b'] } } });
  });

  test('changed and deleted files', () => {
    const workspace = scratchWorkspace();
    const { path } = addDataset(workspace, 'plate1');
    appendFileSync(path, '!');
    expect(refused(workspace)).toMatchObject({ kind: 'dataset-changed' });
    rmSync(path);
    expect(refused(workspace)).toMatchObject({ kind: 'file-not-found' });
  });

  test('the same cells under two names', () => {
    const workspace = scratchWorkspace();
    addDataset(workspace, 'plate1');
    addDataset(workspace, 'plate2', { row: { obsDigest: 'cells of plate1' } });
    expect(refused(workspace)).toMatchObject({ kind: 'same-plate-twice' });
    expect(refused(workspace, { datasets: [{ name: 'plate2' }] })).toHaveLength(1);
  });
});

describe('prepareJob', () => {
  test('reuses equal results, not those of other parameters, and not damaged ones', () => {
    const workspace = scratchWorkspace();
    addDataset(workspace, 'plate1');
    const { job } = prepareJob(workspace, recipe(), hardware);
    expect(job.steps.map((step) => step.reuse)).toEqual([null, null]);
    const qc = job.steps[0]!;
    const path = adoptResult(workspace, { step: 'qc', fingerprint: qc.fingerprint, work: finishedWork(workspace, 'qc', qc.fingerprint), job: 'job-1', seconds: 1 });
    expect(prepareJob(workspace, recipe(), hardware).job.steps.map((step) => step.reuse)).toEqual([path, null]);
    const other = recipe({ steps: [{ step: 'qc', params: { mito_prefix: 'mt-' } }, { step: 'filter' }] });
    expect(prepareJob(workspace, other, hardware).job.steps.map((step) => step.reuse)).toEqual([null, null]);
    truncateSync(join(path, 'obs/total/0'), 1);
    const damaged = prepareJob(workspace, recipe(), hardware);
    expect(damaged.job.steps[0]!.reuse).toBeNull();
    expect(damaged.preflight.notes.join()).toContain('is damaged, so it is made again');
  });

  test('how it runs is no part of the fingerprint', () => {
    const workspace = scratchWorkspace();
    addDataset(workspace, 'plate1');
    const prints = [hardware, { ...hardware, workers: 1 }, { ...hardware, memoryBytes: 2 ** 29 }].map((each) => prepareJob(workspace, recipe(), each).job.steps.map((step) => step.fingerprint));
    expect(prints[1]).toEqual(prints[0]);
    expect(prints[2]).toEqual(prints[0]);
  });
});
