/** Whose leftovers are nobody's any more. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { abandonedIn, nobodysMark, ownMark } from './owner-mark.ts';
import { startOfProcess } from './process-life.ts';
import { removeStorageScratch, storageScratch } from './storage-scratch.ts';

const dead = spawnSync(process.execPath, ['-e', '']).pid;
const parent = process.ppid;

test('those of dead processes, of this one, and what was put down; not those of living ones, nor of other machines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'truckee-owner-'));
  const left = [`${hostname()}-${dead}`, `${hostname()}-${dead}_12`, ownMark(), nobodysMark()];
  const atWork = [`${hostname()}-${parent}`, `${hostname()}-${parent}_${startOfProcess(parent) ?? ''}`, `elsewhere-${dead}_12`, 'no-mark', ''];
  // The number has come back: another process than the one that wrote this has it.
  if (startOfProcess(parent) !== null) left.push(`${hostname()}-${parent}_1`);
  for (const mark of [...left, ...atWork]) writeFileSync(join(folder, `.a.${mark}.part`), '');
  expect(abandonedIn(folder, '.a.', '.part').map((path) => basename(path)).sort()).toEqual(left.map((mark) => `.a.${mark}.part`).sort());
  rmSync(folder, { recursive: true });
});

test('copies of a killed comparison are removed, and only those', () => {
  const folder = mkdtempSync(join(tmpdir(), 'truckee-copies-'));
  const ours = storageScratch(folder);
  const [killed, living] = [dead, parent].map((pid) => ours.replace(ownMark(), `${hostname()}-${pid}_${startOfProcess(pid!) ?? ''}`));
  for (const path of [ours, killed!, living!, join(folder, 'mine')]) writeFileSync(path, '');
  removeStorageScratch(folder);
  expect(readdirSync(folder).sort()).toEqual([basename(living!), 'mine'].sort());
  removeStorageScratch(join(folder, 'gone'));
  rmSync(folder, { recursive: true });
});
