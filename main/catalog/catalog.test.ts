/** The catalog: forced to disk at every commit, opened by many at once, and refused rather than written to when damaged. */
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { toErrorData } from '../../protocol/errors.ts';
import { asJobId } from '../../protocol/ids.ts';
import { addDataset, print, scratchFolder, scratchWorkspace } from '../workspace.cases.ts';
import { findDataset, listDatasets } from './datasets.ts';
import { addJobResult, endJob, insertJob, listJobs, resultsOfJob, setJobRunning, unfinishedJobs } from './jobs.ts';
import { openCatalog, requireSound } from './schema.ts';

const job = (id: string) => ({ id: asJobId(id), kind: 'pipeline', recipe: '{}', plan: '[]', queuedAt: `2026-01-01T00:00:0${id.at(-1)}Z` });

const failureOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (thrown) {
    return thrown;
  }
};

describe('openCatalog', () => {
  test('survives a power cut by its settings', () => {
    const { catalog } = scratchWorkspace();
    expect(catalog.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(catalog.pragma('synchronous', { simple: true })).toBe(2);
    expect(catalog.pragma('foreign_keys', { simple: true })).toBe(1);
  });

  test('refuses what a newer Truckee wrote', () => {
    const path = join(scratchFolder(), 'catalog.sqlite');
    const db = new Database(path);
    db.pragma('user_version = 99');
    db.close();
    expect(() => openCatalog(path)).toThrow(expect.objectContaining({ kind: 'corrupt-file', message: expect.stringContaining('newer Truckee') }));
  });

  test('tells a damaged description of a file from a defect, and what to do', () => {
    const { catalog } = scratchWorkspace();
    const workspace = scratchWorkspace();
    for (const damage of ['{"n_obs": 5', '{}', 'null', '[]']) {
      addDataset(workspace, 'plate');
      workspace.catalog.prepare('UPDATE datasets SET report = ?').run(damage);
      expect(() => listDatasets(workspace.catalog), damage).toThrow(expect.objectContaining({ kind: 'corrupt-file', message: expect.stringContaining('what it knows of plate') }));
    }
    expect(toErrorData(failureOf(() => listDatasets(workspace.catalog))).remedy).toContain('truckee doctor --rebuild');
    expect(listDatasets(catalog)).toEqual([]);
  });

  test('a table that was taken out is damage to the catalog, and what to do is said', () => {
    const workspace = scratchWorkspace();
    workspace.catalog.exec('DROP TABLE datasets');
    const told = toErrorData(failureOf(() => listDatasets(workspace.catalog)));
    expect(told).toMatchObject({ kind: 'corrupt-file', message: expect.stringContaining('no such table: datasets') as string });
    expect(told.remedy).toContain('truckee doctor --rebuild');
  });

  test('refuses what is not a catalog', () => {
    const path = join(scratchFolder(), 'catalog.sqlite');
    writeFileSync(path, 'plate,cells\n'.repeat(500));
    expect(() => openCatalog(path)).toThrow(expect.objectContaining({ kind: 'corrupt-file' }));
  });

  test('is made once when six processes open a new one together', async () => {
    const path = join(scratchFolder(), 'catalog.sqlite');
    const code = `import { openCatalog } from ${JSON.stringify(join(import.meta.dirname, 'schema.ts'))}; openCatalog(${JSON.stringify(path)}).close();`;
    const codes = await Promise.all(Array.from({ length: 6 }, () => new Promise((resolve) => {
      const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', code], { stdio: 'inherit' });
      child.once('close', resolve);
    })));
    expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('finds a damaged page that opening did not touch', () => {
    const workspace = scratchWorkspace();
    for (let i = 0; i < 30; i++) addDataset(workspace, `plate${i}`);
    const path = join(workspace.root, 'catalog.sqlite');
    workspace.catalog.pragma('wal_checkpoint(TRUNCATE)');
    requireSound(workspace.catalog);
    const copy = join(workspace.root, 'copy.sqlite');
    writeFileSync(copy, readFileSync(path).fill(0xff, 4096, 8192));
    const db = openCatalog(copy);
    expect(() => requireSound(db)).toThrow(expect.objectContaining({ kind: 'corrupt-file', message: expect.stringContaining('the catalog') }));
    db.close();
  });
});

describe('datasets', () => {
  test('come back as they were saved; saving a name again changes it', () => {
    const workspace = scratchWorkspace();
    const row = addDataset(workspace, 'plate1');
    expect(findDataset(workspace.catalog, 'plate1')).toEqual(row);
    appendFileSync(row.path, 'more');
    const again = addDataset(workspace, 'plate1', { row: { fingerprint: print('b') } });
    expect(listDatasets(workspace.catalog)).toEqual([again]);
  });
});

test('a catalog that another program holds is busy, which is no fault of the disk; nothing is lost', () => {
  const workspace = scratchWorkspace();
  addDataset(workspace, 'plate1');
  // The usual patience of five seconds proves nothing more.
  workspace.catalog.pragma('busy_timeout = 0');
  const other = new Database(join(workspace.root, 'catalog.sqlite'));
  other.exec('BEGIN EXCLUSIVE');
  let thrown: unknown;
  try {
    insertJob(workspace.catalog, job('job-1'));
  } catch (error) {
    thrown = error;
  }
  expect(toErrorData(thrown)).toMatchObject({ kind: 'busy', message: expect.stringContaining('catalog of the workspace is still going on') });
  other.exec('ROLLBACK');
  other.close();
  insertJob(workspace.catalog, job('job-1'));
  expect([listJobs(workspace.catalog).length, listDatasets(workspace.catalog).length]).toEqual([1, 1]);
});

describe('jobs', () => {
  test('end once with what they ended with', () => {
    const { catalog } = scratchWorkspace();
    insertJob(catalog, job('job-1'));
    setJobRunning(catalog, asJobId('job-1'));
    endJob(catalog, asJobId('job-1'), { kind: 'done', seconds: 2, cpuSeconds: 3, peakBytes: 4.4 }, 'then');
    expect(listJobs(catalog)).toEqual([expect.objectContaining({ state: 'done', seconds: 2, cpuSeconds: 3, peakBytes: 4, endedAt: 'then', error: null })]);
  });

  test('without an end are told from the others', () => {
    const { catalog } = scratchWorkspace();
    for (const id of ['job-1', 'job-2', 'job-3']) insertJob(catalog, job(id));
    setJobRunning(catalog, asJobId('job-2'));
    endJob(catalog, asJobId('job-3'), { kind: 'cancelled', step: null }, 'then');
    expect(unfinishedJobs(catalog).sort()).toEqual(['job-1', 'job-2']);
  });

  test('list their results in recipe order', () => {
    const { catalog } = scratchWorkspace();
    insertJob(catalog, job('job-1'));
    addJobResult(catalog, asJobId('job-1'), 1, { step: 'pca', fingerprint: print('b'), reused: false });
    addJobResult(catalog, asJobId('job-1'), 0, { step: 'qc', fingerprint: print('a'), reused: true });
    expect(resultsOfJob(catalog, asJobId('job-1'))).toEqual([
      { step: 'qc', fingerprint: print('a'), reused: true }, { step: 'pca', fingerprint: print('b'), reused: false },
    ]);
  });
});
