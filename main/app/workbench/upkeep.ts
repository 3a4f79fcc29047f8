/** What a workspace takes on disk, and what of it can go: results no run refers to, and caches that are made again when needed. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkspaceFacts } from '../../../protocol/api.types.ts';
import { listDatasets } from '../../catalog/datasets.ts';
import { listJobs, resultsOfJob } from '../../catalog/jobs.ts';
import { listResults, removeResult, type ResultRow } from '../../catalog/results.ts';
import { freeBytes } from '../../preflight/hardware.ts';
import type { Workspace } from '../../workspace.ts';

export function workspaceFacts(workspace: Workspace, heldBy: WorkspaceFacts['heldBy']): WorkspaceFacts {
  const { folders } = workspace;
  const loose = unreferenced(workspace);
  return {
    root: workspace.root, datasets: listDatasets(workspace.catalog).length, runs: listJobs(workspace.catalog).length,
    resultBytes: listResults(workspace.catalog).reduce((sum, row) => sum + row.bytes, 0), cacheBytes: bytesBelow(folders.cache),
    exportBytes: bytesBelow(folders.exports) + bytesBelow(folders.figures) + bytesBelow(folders.notebooks), freeBytes: freeBytes(workspace.root),
    cleanableBytes: loose.reduce((sum, row) => sum + row.bytes, 0) + bytesBelow(folders.cache), cleanable: loose.length, heldBy,
  };
}

/** What a clean-up would delete, largest first. */
export function cleanable(workspace: Workspace): { name: string; createdAt: string | null; bytes: number }[] {
  const cached = readdirSync(workspace.folders.cache).map((name) => {
    const path = join(workspace.folders.cache, name);
    return { name: `cache/${name}`, createdAt: null, bytes: bytesBelow(path) || (statSync(path, { throwIfNoEntry: false })?.size ?? 0) };
  });
  return [...unreferenced(workspace).map((row) => ({ name: `results/${row.folder}`, createdAt: row.createdAt, bytes: row.bytes })), ...cached].sort((a, b) => b.bytes - a.bytes);
}

/** Row first, then folder: after a crash between the two a folder without a row is found again and kept, never the reverse. */
export function cleanWorkspace(workspace: Workspace): { bytes: number; removed: number } {
  const loose = unreferenced(workspace);
  let bytes = bytesBelow(workspace.folders.cache);
  for (const row of loose) {
    removeResult(workspace.catalog, row.fingerprint);
    rmSync(join(workspace.folders.results, row.folder), { recursive: true, force: true });
    bytes += row.bytes;
  }
  for (const name of readdirSync(workspace.folders.cache)) rmSync(join(workspace.folders.cache, name), { recursive: true, force: true });
  return { bytes, removed: loose.length };
}

/** Results of no run that ended well: left by runs that were stopped, changed or failed. */
function unreferenced(workspace: Workspace): ResultRow[] {
  const kept = new Set<string>();
  for (const job of listJobs(workspace.catalog)) {
    if (job.state !== 'done' && job.state !== 'running' && job.state !== 'queued') continue;
    for (const row of resultsOfJob(workspace.catalog, job.id)) kept.add(row.fingerprint);
  }
  return listResults(workspace.catalog).filter((row) => !kept.has(row.fingerprint));
}

function bytesBelow(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, entry) => {
    const stat = entry.isFile() ? statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false }) : undefined;
    return sum + (stat?.size ?? 0);
  }, 0);
}
