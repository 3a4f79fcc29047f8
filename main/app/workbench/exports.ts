/** What a run can be taken along as, written into the workspace's own folders and listed from there. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ExportRequest } from '../../../protocol/api.ts';
import type { ExportedFile } from '../../../protocol/api.types.ts';
import type { DeRows } from '../../../protocol/de.ts';
import { asJobId } from '../../../protocol/ids.ts';
import { callEngine } from '../../engine/call.ts';
import type { StartEngine } from '../../engine/contract.ts';
import { findRun, type PastRun } from '../../jobs/past-run.ts';
import type { Workspace } from '../../workspace.ts';
import { saveNotebook, saveRecord } from '../documents.ts';
import { defaultFigure, drawFigure, exportData } from '../outputs.ts';

export type ExportFolder = ExportedFile['folder'];

const places: Readonly<Record<ExportRequest['kind'], { readonly folder: ExportFolder; readonly ending: string }>> = {
  h5ad: { folder: 'exports', ending: '.h5ad' }, zarr: { folder: 'exports', ending: '.zarr' }, csv: { folder: 'exports', ending: '.csv' },
  notebook: { folder: 'notebooks', ending: '.ipynb' }, figure: { folder: 'figures', ending: '.svg' }, record: { folder: 'exports', ending: '.md' },
};

export async function exportRun(workspace: Workspace, request: ExportRequest, start: StartEngine): Promise<ExportedFile> {
  const run = findRun(workspace, request.run);
  const { folder, ending } = places[request.kind];
  mkdirSync(workspace.folders[folder], { recursive: true });
  const target = freePath(join(workspace.folders[folder], baseName(run, request)), ending);
  switch (request.kind) {
    case 'h5ad':
    case 'zarr':
    case 'csv':
      await exportData(workspace, run, request.kind, target, 'counts', { start });
      break;
    case 'notebook':
      saveNotebook(workspace, run, target, exportedData(workspace, run), request.gpu === true);
      break;
    case 'record':
      saveRecord(workspace, run, target);
      break;
    case 'figure': {
      const usual = defaultFigure(run);
      const figure = { basis: request.basis ?? usual.basis, colors: request.colors ?? usual.colors, ...(request.gene === undefined ? {} : { gene: request.gene }), title: run.recipe.title || run.recipe.name };
      await drawFigure(workspace, run, figure, target, { start });
      break;
    }
    default:
      request.kind satisfies never;
  }
  return described(workspace, folder, target.slice(workspace.folders[folder].length + 1));
}

/** Rows of a comparison as CSV. */
export async function exportComparison(workspace: Workspace, id: string, rows: DeRows, start: StartEngine): Promise<ExportedFile> {
  const run = findRun(workspace, id);
  mkdirSync(workspace.folders.exports, { recursive: true });
  const words = ['de', rows.stratum ?? 'all', ...rows.targets.slice(0, 2), ...(rows.fdr === null ? [] : [`fdr${rows.fdr}`]), ...(rows.top === null ? [] : [`top${rows.top}`])];
  const target = freePath(join(workspace.folders.exports, `${stem(run)}-${words.join('-').replaceAll(/[^\w.-]+/g, '_').slice(0, 120)}`), '.csv');
  await callEngine({ kind: 'de', id: asJobId(randomUUID()), results: run.results, wanted: { kind: 'csv', rows, target } }, { start });
  return described(workspace, 'exports', target.slice(workspace.folders.exports.length + 1));
}

/** Everything that was taken along from this run, newest first. */
export function exportsOf(workspace: Workspace, id: string): ExportedFile[] {
  const run = findRun(workspace, id);
  return (['figures', 'notebooks', 'exports'] as const).flatMap((folder) => {
    const path = workspace.folders[folder];
    if (!existsSync(path)) return [];
    return readdirSync(path).filter((name) => name.startsWith(stem(run)) && !name.endsWith('.part')).map((name) => described(workspace, folder, name));
  });
}

/** The data file a notebook of this run compares its own numbers with. */
function exportedData(workspace: Workspace, run: PastRun): string | null {
  const file = exportsOf(workspace, run.job.id).find(({ name }) => name.endsWith('.h5ad') || name.endsWith('.zarr'));
  return file ? join(workspace.folders.exports, file.name) : null;
}

const stem = (run: PastRun): string => `${run.recipe.name.replaceAll(/[^\w.-]+/g, '-')}-${run.job.id.slice(0, 8)}`;

function baseName(run: PastRun, request: ExportRequest): string {
  if (request.kind === 'notebook' && request.gpu) return `${stem(run)}-gpu`;
  if (request.kind === 'record') return `${stem(run)}-record`;
  if (request.kind !== 'figure') return stem(run);
  const colors = request.gene === undefined ? (request.colors ?? []) : [request.gene];
  return [stem(run), (request.basis ?? defaultFigure(run).basis).replace(/^X_/, ''), ...colors.slice(0, 3)].join('-').replaceAll(/[^\w.-]+/g, '-').slice(0, 120);
}

/** Nothing is ever written over: the second file of a name gets a number. */
function freePath(base: string, ending: string): string {
  let path = `${base}${ending}`;
  for (let n = 2; existsSync(path); n++) path = `${base}-${n}${ending}`;
  return path;
}

function described(workspace: Workspace, folder: ExportFolder, name: string): ExportedFile {
  const stat = statSync(join(workspace.folders[folder], name));
  const ending = /\.(\w+)$/.exec(name)?.[1] ?? '';
  const kind = { svg: 'figure', ipynb: 'notebook', md: 'record' }[ending] ?? ending;
  return { kind, name, folder, bytes: stat.isDirectory() ? 0 : stat.size, isFolder: stat.isDirectory() };
}
