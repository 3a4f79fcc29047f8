/** Adopting results, and putting in order what a crash between two of its steps has left. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findResult, listResults } from '../catalog/results.ts';
import { finishedWork, print, scratchWorkspace } from '../workspace.cases.ts';
import { adoptResult, isWhole, reconcileResults, resultFolderName } from './adopt.ts';

const finished = (work: string) => ({ step: 'qc', fingerprint: print('a'), work, job: 'job-1', seconds: 2 });
const folder = resultFolderName('qc', print('a'));

test('a finished folder moves and is recorded with its size', () => {
  const workspace = scratchWorkspace();
  const work = finishedWork(workspace, 'qc', print('a'), { 'obs/total/0': 'x'.repeat(1000) });
  const path = adoptResult(workspace, finished(work));
  expect(path).toBe(join(workspace.folders.results, folder));
  expect(readdirSync(path).sort()).toEqual(['obs', 'provenance.json']);
  expect(existsSync(work)).toBe(false);
  const row = findResult(workspace.catalog, print('a'))!;
  expect(row).toMatchObject({ step: 'qc', folder, job: 'job-1', seconds: 2 });
  expect(row.bytes).toBeGreaterThan(1000);
  expect(isWhole(workspace, row)).toBe(true);
});

test('a damaged result in the way is replaced', () => {
  const workspace = scratchWorkspace();
  mkdirSync(join(workspace.folders.results, folder, 'obs/left over'), { recursive: true });
  const path = adoptResult(workspace, finished(finishedWork(workspace, 'qc', print('a'))));
  expect(readdirSync(join(path, 'obs'))).toEqual(['total']);
});

test('a folder that is not finished is refused and nothing is recorded', () => {
  const workspace = scratchWorkspace();
  expect(() => adoptResult(workspace, finished(join(workspace.folders.work, 'nothing')))).toThrow(expect.objectContaining({ kind: 'file-not-found' }));
  expect(listResults(workspace.catalog)).toEqual([]);
});

test('isWhole sees a file cut short, a missing file and a missing record', () => {
  const workspace = scratchWorkspace();
  const path = adoptResult(workspace, finished(finishedWork(workspace, 'qc', print('a'))));
  const row = findResult(workspace.catalog, print('a'))!;
  truncateSync(join(path, 'obs/total/0'), 3);
  expect(isWhole(workspace, row)).toBe(false);
  writeFileSync(join(path, 'obs/total/0'), 'numbers');
  expect(isWhole(workspace, row)).toBe(true);
  rmSync(join(path, 'provenance.json'));
  expect(isWhole(workspace, row)).toBe(false);
});

test('a crash between rename and row: the folder is recorded', () => {
  const workspace = scratchWorkspace();
  const work = finishedWork(workspace, 'qc', print('a'));
  renameSync(join(work, 'result'), join(workspace.folders.results, folder));
  reconcileResults(workspace);
  const row = findResult(workspace.catalog, print('a'))!;
  expect(row).toMatchObject({ folder, job: 'recovered', seconds: 2 });
  expect(isWhole(workspace, row)).toBe(true);
});

test('a crash after the row: what is left of the work goes, other work stays', () => {
  const workspace = scratchWorkspace();
  const work = finishedWork(workspace, 'qc', print('a'));
  adoptResult(workspace, finished(work));
  mkdirSync(join(work, 'checkpoint'), { recursive: true });
  const other = finishedWork(workspace, 'pca', print('b'));
  reconcileResults(workspace);
  expect(existsSync(work)).toBe(false);
  expect(existsSync(other)).toBe(true);
});

test('a row whose folder is gone is dropped; folders of others are left alone', () => {
  const workspace = scratchWorkspace();
  rmSync(adoptResult(workspace, finished(finishedWork(workspace, 'qc', print('a')))), { recursive: true });
  mkdirSync(join(workspace.folders.results, 'my notes'));
  // A folder whose record tells of another result is not ours to name.
  finishedWork(workspace, 'hvg', print('c'));
  renameSync(join(workspace.folders.work, resultFolderName('hvg', print('c')), 'result'), join(workspace.folders.results, 'hvg-copy'));
  reconcileResults(workspace);
  expect(listResults(workspace.catalog)).toEqual([]);
  expect(readdirSync(workspace.folders.results).sort()).toEqual(['hvg-copy', 'my notes']);
});
