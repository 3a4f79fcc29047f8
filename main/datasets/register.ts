/** Registering a file: the engine describes it, the catalog remembers it under a short name. */
import { randomUUID } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { stampOf } from '../../io/stamp.ts';
import { failure } from '../../protocol/errors.ts';
import { asDatasetName, asJobId } from '../../protocol/ids.ts';
import type { InspectAnswer } from '../../protocol/jobs.ts';
import { saveIndex } from '../catalog/dataset-index.ts';
import { findDataset, listDatasets, saveDataset, type DatasetRow } from '../catalog/datasets.ts';
import { callEngine } from '../engine/call.ts';
import type { StartEngine } from '../engine/contract.ts';
import type { Workspace } from '../workspace.ts';

export interface InspectOptions {
  readonly start: StartEngine;
  readonly scan: boolean;
  readonly signal?: AbortSignal;
  /** Also count cells per sample, line and treatment; column files go into this folder. */
  readonly cache?: string;
}

/** A damaged file can make a reader hang: structure must be there within this time, whatever its size. */
const structureSeconds = 120;

export async function inspectFile(path: string, name: string, options: InspectOptions): Promise<InspectAnswer> {
  const absolute = resolve(path);
  if (!existsSync(absolute)) throw failure('file-not-found', { path: absolute });
  const answer = await callEngine<InspectAnswer>(
    { kind: 'inspect', id: asJobId(randomUUID()), path: absolute, name, scan: options.scan, ...(options.cache === undefined ? {} : { cache: options.cache }) },
    { start: options.start, ...(options.scan ? {} : { timeoutSeconds: structureSeconds }), ...(options.signal ? { signal: options.signal } : {}) },
  );
  if (!answer) throw failure('internal', { detail: 'the engine described nothing' });
  return answer;
}

export interface Registered {
  readonly row: DatasetRow;
  /** A registered file that holds the same cells, if any: a run with both will be refused. */
  readonly twin: DatasetRow | null;
}

export async function registerFile(workspace: Workspace, path: string, options: InspectOptions): Promise<Registered> {
  const absolute = resolve(path);
  if (!existsSync(absolute)) throw failure('file-not-found', { path: absolute });
  const real = realpathSync(absolute);
  const known = listDatasets(workspace.catalog);
  const again = known.find((row) => row.path === real);
  const name = again?.name ?? freeName(workspace, datasetName(real));
  const answer = await inspectFile(real, name, { ...options, cache: workspace.folders.cache });
  const stamp = stampOf(real);
  if (stamp === null) throw failure('file-not-found', { path: real });
  const row: DatasetRow = {
    name: asDatasetName(name), path: real, fingerprint: answer.fingerprint, obsDigest: answer.obsDigest, varDigest: answer.varDigest,
    facts: answer.facts, report: answer.report, bytes: answer.report.bytes, mtimeMs: stamp.mtimeMs, addedAt: new Date().toISOString(),
  };
  workspace.catalog.transaction(() => {
    saveDataset(workspace.catalog, row);
    if (answer.index) saveIndex(workspace.catalog, row.name, answer.index);
  }).immediate();
  return { row, twin: known.find((other) => other.path !== real && sameCells(other, row)) ?? null };
}

/** The same names in the same order and as many stored values: a copy, however it is compressed. */
export function sameCells(a: DatasetRow, b: DatasetRow): boolean {
  return a.report.n_obs > 0 && a.obsDigest === b.obsDigest && a.facts?.matrix.stored === b.facts?.matrix.stored;
}

/** plate3_filt_....h5ad -> plate3_filt_.... */
export function datasetName(path: string): string {
  return basename(path).replace(/\.(h5ad|h5|hdf5|zarr)$/i, '') || 'dataset';
}

function freeName(workspace: Workspace, wanted: string): string {
  let name = wanted;
  for (let n = 2; findDataset(workspace.catalog, name); n++) name = `${wanted}-${n}`;
  return name;
}
