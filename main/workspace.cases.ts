/** Workspaces for tests of the host: real folders and a real catalog, datasets and engines made up. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { asDatasetName, asFingerprint, asJobId, type Fingerprint } from '../protocol/ids.ts';
import type { PipelineJob } from '../protocol/jobs.ts';
import type { StepPlan } from '../protocol/plan.ts';
import { saveDataset, type DatasetRow } from './catalog/datasets.ts';
import { resultFolderName } from './results/adopt.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const open: Workspace[] = [];
const folders: string[] = [];
afterEach(() => {
  for (const workspace of open.splice(0)) workspace.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'truckee-host-'));
  folders.push(folder);
  return folder;
}

export function scratchWorkspace(folder = scratchFolder()): Workspace {
  const workspace = openWorkspace(folder);
  open.push(workspace);
  return workspace;
}

/** Sixty-four times the same hex digit. */
export const print = (digit: string): Fingerprint => asFingerprint(digit.repeat(64));

export const plan: StepPlan = {
  ramBytes: 2 ** 28, diskBytes: 1000, seconds: 1, chunkRows: 8192, chunkStored: 2 ** 20, workers: 1, passes: 1, resumable: 'checkpoint', notes: [],
};

/** A registered file of 10 cells and 5 genes, really there, with what a test wants otherwise. */
export function addDataset(workspace: Workspace, name: string, change: { report?: object; row?: Partial<DatasetRow> } = {}): DatasetRow {
  const path = join(workspace.root, `${name}.h5ad`);
  writeFileSync(path, name);
  const { size, mtimeMs } = statSync(path);
  const matrix = { slot: 'X', kind: 'csr_matrix', dtype: 'float32', chunks: [1000], filter: 'gzip', shuffle: false, nObs: 10, nVars: 5, stored: 30, storedBytes: 99 } as const;
  const row = {
    name: asDatasetName(name), path, fingerprint: print('a'), obsDigest: `cells of ${name}`, varDigest: 'genes', bytes: size, mtimeMs, addedAt: '2026-01-01T00:00:00Z',
    facts: { name, path, nObs: 10, nVars: 5, matrix, obsColumns: ['cell_line'], demo: false },
    report: {
      ok: true, path, format: 'h5ad', bytes: size, encoding: '0.1.0', n_obs: 10, n_vars: 5, X: { ...matrix }, layers: {}, raw: null, obsm: {}, obs: [], var: [],
      first_obs: [], first_var: [], counts_in: 'X', demo: false, problems: [], ...change.report,
    },
    ...change.row,
  } as DatasetRow;
  saveDataset(workspace.catalog, row);
  return row;
}

/** A job of the given steps, none of which can be reused. */
export function madeUpJob(workspace: Workspace, steps: readonly string[]): PipelineJob {
  return {
    kind: 'pipeline', id: asJobId('job-0001'), recipe: 'mine', seed: 0, genes: 'same', plates: [], workers: 1, memoryBytes: 2 ** 30, cache: workspace.folders.cache, packs: false,
    steps: steps.map((id, i) => {
      const fingerprint = print('0123456789abcdef'[i]!);
      return { id, fingerprint, params: {}, plan, how: { workers: null, chunk_rows: null }, work: join(workspace.folders.work, resultFolderName(id, fingerprint)), reuse: null };
    }),
  };
}

/** What an engine leaves in a work folder when a step is finished. */
export function finishedWork(workspace: Workspace, step: string, fingerprint: Fingerprint, files: Readonly<Record<string, string>> = { 'obs/total/0': 'numbers' }): string {
  const work = join(workspace.folders.work, resultFolderName(step, fingerprint));
  const record = JSON.stringify({ step, fingerprint, wallSeconds: 2, started: '2026-01-01T00:00:00Z' });
  for (const [name, text] of Object.entries({ ...files, 'provenance.json': record })) {
    const path = join(work, 'result', name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  }
  return work;
}
