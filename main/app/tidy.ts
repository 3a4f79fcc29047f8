/** What every host does first in a workspace that it holds: damage is refused, and what earlier hosts left half done is put in order. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeStorageScratch } from '../../io/storage-scratch.ts';
import { requireSound } from '../catalog/schema.ts';
import { endAbandonedJobs } from '../jobs/abandoned.ts';
import { reconcileResults } from '../results/adopt.ts';
import type { Workspace } from '../workspace.ts';
import { readList, writeList } from './workbench/kept-list.ts';

/** @throws corrupt-file */
export function tidyWorkspace(workspace: Workspace): void {
  requireSound(workspace.catalog);
  reconcileResults(workspace);
  endAbandonedJobs(workspace);
  const { root } = workspace;
  for (const folder of [root, ...storageFoldersOf(root)]) {
    try {
      removeStorageScratch(folder);
    } catch {
      // A disk that is not there now, or not ours to write to: the next comparison in this folder tries again.
    }
  }
  rmSync(join(root, storageFolders), { force: true });
}

const storageFolders = 'storage-folders.json';
const storageFoldersOf = (root: string): string[] => readList<string>(root, storageFolders, (folder) => typeof folder === 'string');

/** Remembers where copies are about to be made, for a host that comes after a kill. */
export const noteStorageFolder = ({ root }: Pick<Workspace, 'root'>, folder: string): void => writeList(root, storageFolders, [...new Set([...storageFoldersOf(root), folder])]);
