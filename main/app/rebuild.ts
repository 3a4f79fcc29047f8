/**
 * A new catalog in place of a damaged one, out of what lies on disk: results are found by their records, data files by what
 * can still be read of the old catalog. The old one is put aside, never deleted.
 */
import { existsSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { failure, toErrorData, type ErrorData } from '../../protocol/errors.ts';
import { openCatalog } from '../catalog/schema.ts';
import { listResults } from '../catalog/results.ts';
import { registerFile } from '../datasets/register.ts';
import type { StartEngine } from '../engine/contract.ts';
import { lockWorkspace } from '../lock.ts';
import { reconcileResults } from '../results/adopt.ts';
import { openWorkspace } from '../workspace.ts';

export interface Rebuilt {
  /** Where the old catalog lies now. */
  readonly aside: string;
  readonly results: number;
  readonly datasets: readonly string[];
  /** Files that were registered and could not be again. */
  readonly lost: readonly { readonly path: string; readonly error: ErrorData }[];
  /** Nothing of the old list of data files could be read: they have to be added again. */
  readonly unread: boolean;
}

/** @throws workspace-locked while another host has it, not-a-workspace */
export async function rebuildCatalog(path: string, options: { readonly start: StartEngine; readonly signal?: AbortSignal }): Promise<Rebuilt> {
  const root = resolve(path);
  const old = join(root, 'catalog.sqlite');
  if (!existsSync(old)) throw failure('not-a-workspace', { path: root });
  // The damaged catalog cannot guard the lock; one in memory can.
  const stand = openCatalog(':memory:');
  const lock = lockWorkspace({ root, catalog: stand });
  try {
    const files = salvage(old);
    const aside = `${old}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    for (const end of ['', '-wal', '-shm']) if (existsSync(old + end)) renameSync(old + end, aside + end);
    const workspace = openWorkspace(root);
    try {
      reconcileResults(workspace);
      const datasets: string[] = [];
      const lost: { path: string; error: ErrorData }[] = [];
      for (const file of files ?? []) {
        try {
          datasets.push((await registerFile(workspace, file, { start: options.start, scan: false, ...(options.signal ? { signal: options.signal } : {}) })).row.name);
        } catch (thrown) {
          lost.push({ path: file, error: toErrorData(thrown) });
        }
      }
      return { aside, results: listResults(workspace.catalog).length, datasets, lost, unread: files === null };
    } finally {
      workspace.close();
    }
  } finally {
    lock.release();
    stand.close();
  }
}

/** Paths of data files in the order in which they were added; null when the list is past reading. */
function salvage(path: string): string[] | null {
  try {
    const db = new Database(path, { readonly: true });
    try {
      return db.prepare<[], { path: string }>('SELECT path FROM datasets ORDER BY rowid').all().map((row) => row.path);
    } finally {
      db.close();
    }
  } catch {
    // Damaged where it matters: the user is told to add the files again.
    return null;
  }
}
