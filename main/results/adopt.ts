/** Makes a finished result durable: files, folder, rename, parent, then the row - in this order and no other. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../io/sync-folder.ts';
import { systemFailure } from '../../protocol/errors.ts';
import { asFingerprint, type Fingerprint } from '../../protocol/ids.ts';
import type { Provenance } from '../../protocol/provenance.ts';
import { insertResult, listResults, removeResult, type ResultRow } from '../catalog/results.ts';
import { recordTop } from './de-top.ts';
import type { Workspace } from '../workspace.ts';

export interface Finished {
  readonly step: string;
  readonly fingerprint: Fingerprint;
  /** The folder that holds `result`. */
  readonly work: string;
  readonly job: string;
  readonly seconds: number;
}

export function resultFolderName(step: string, fingerprint: Fingerprint): string {
  return `${step}-${fingerprint.slice(0, 16)}`;
}

/** Returns where the result now lives. */
export function adoptResult(workspace: Workspace, finished: Finished): string {
  const source = join(finished.work, 'result');
  const folder = resultFolderName(finished.step, finished.fingerprint);
  const target = join(workspace.folders.results, folder);
  try {
    const bytes = syncTree(source);
    if (existsSync(target)) rmSync(target, { recursive: true });
    renameSync(source, target);
    syncFolder(dirname(target));
    insertResult(workspace.catalog, {
      fingerprint: finished.fingerprint, step: finished.step, folder, job: finished.job, bytes, seconds: finished.seconds, createdAt: new Date().toISOString(),
    });
    if (finished.step === 'de') recordTop(workspace.catalog, target, finished.fingerprint);
  } catch (cause) {
    throw systemFailure(cause, target) ?? cause;
  }
  sweepWork(finished.work);
  return target;
}

/** What is left of the work on a result that exists. Left lying it costs room only, until the next host starts. */
function sweepWork(work: string): void {
  try {
    rmSync(work, { recursive: true, force: true });
  } catch {
    // The result stands; a folder that cannot be removed now is tried again by reconcileResults.
  }
}

/**
 * After a crash: folders that were renamed but not yet recorded are whole (they were synced before), so they are recorded
 * now; rows whose folder is gone are dropped; what is left of the work on a result that exists is swept away.
 */
export function reconcileResults(workspace: Workspace): void {
  const known = new Map(listResults(workspace.catalog).map((row) => [row.folder, row]));
  for (const folder of readdirSync(workspace.folders.results)) {
    if (known.has(folder)) continue;
    const row = rowFromFolder(workspace, folder);
    if (!row) continue;
    insertResult(workspace.catalog, row);
    if (row.step === 'de') recordTop(workspace.catalog, join(workspace.folders.results, folder), row.fingerprint);
  }
  for (const row of known.values()) {
    if (!existsSync(join(workspace.folders.results, row.folder, 'provenance.json'))) removeResult(workspace.catalog, row.fingerprint);
  }
  const finished = new Set(listResults(workspace.catalog).map((row) => row.folder));
  for (const folder of readdirSync(workspace.folders.work)) {
    // Work folders are named like the result they are to become.
    if (finished.has(folder)) sweepWork(join(workspace.folders.work, folder));
  }
}

/** Whether a recorded result is as large as when it was adopted: a part that is missing or cut short shows. */
export function isWhole(workspace: Workspace, row: ResultRow): boolean {
  const path = join(workspace.folders.results, row.folder);
  try {
    return existsSync(join(path, 'provenance.json')) && treeBytes(path) === row.bytes;
  } catch {
    // Unreadable is as good as damaged: it is made again.
    return false;
  }
}

function rowFromFolder(workspace: Workspace, folder: string): ResultRow | null {
  const path = join(workspace.folders.results, folder);
  try {
    const provenance = JSON.parse(readFileSync(join(path, 'provenance.json'), 'utf8')) as Provenance;
    const fingerprint = asFingerprint(provenance.fingerprint);
    if (resultFolderName(provenance.step, fingerprint) !== folder) return null;
    return {
      fingerprint, step: provenance.step, folder, job: 'recovered', bytes: treeBytes(path), seconds: provenance.wallSeconds, createdAt: provenance.started,
    };
  } catch {
    // Not one of ours (a user's own folder, a file): left alone.
    return null;
  }
}

/** Forces every file and folder below to disk; returns the bytes of all files. */
function syncTree(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      bytes += syncTree(path);
    } else {
      const fd = openSync(path, 'r');
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      bytes += statSync(path).size;
    }
  }
  syncFolder(folder);
  return bytes;
}

function treeBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((bytes, entry) => {
    const path = join(folder, entry.name);
    return bytes + (entry.isDirectory() ? treeBytes(path) : statSync(path).size);
  }, 0);
}
