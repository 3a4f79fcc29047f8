/** What killed comparisons of formats have left is removed when the workspace is held again, wherever their copies lay. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownMark } from '../../io/owner-mark.ts';
import { storageScratch } from '../../io/storage-scratch.ts';
import { scratchFolder, scratchWorkspace } from '../workspace.cases.ts';
import { noteStorageFolder, tidyWorkspace } from './tidy.ts';

test('copies of dead processes go, in the workspace and in a folder that was chosen; those at work stay', () => {
  const workspace = scratchWorkspace();
  const chosen = scratchFolder();
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const copiesOf = (folder: string, pid: number): string => {
    const path = storageScratch(folder).replace(ownMark(), `${hostname()}-${pid}_`);
    mkdirSync(path);
    writeFileSync(join(path, 'gzip.h5ad'), 'large');
    return path;
  };
  const left = [workspace.root, chosen].map((folder) => copiesOf(folder, dead));
  const living = copiesOf(chosen, process.ppid);
  tidyWorkspace(workspace);
  expect(left.map(existsSync)).toEqual([false, true]);
  noteStorageFolder(workspace, chosen);
  noteStorageFolder(workspace, join(chosen, 'a disk that is not there'));
  tidyWorkspace(workspace);
  expect(left.map(existsSync)).toEqual([false, false]);
  expect(existsSync(living)).toBe(true);
});
