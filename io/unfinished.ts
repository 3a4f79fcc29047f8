/** What is written beside its target until it is whole: the thing itself, and a folder with how far it has come. */
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { abandonedIn, nobodysMark } from './owner-mark.ts';

/** A name may have 255 bytes: of a long one its digest stands here. */
const mostNameBytes = 100;

function beforeMark(target: string): string {
  const name = basename(target);
  return `.${Buffer.byteLength(name) <= mostNameBytes ? name : createHash('sha256').update(name).digest('hex').slice(0, 32)}.`;
}

const ending = '.part';

/** Where the process of this mark writes. */
export const unfinishedPath = (target: string, mark: string): string => join(dirname(target), `${beforeMark(target)}${mark}${ending}`);

/** Where the checkpoints of something half written are. */
export const workOf = (temporary: string): string => `${temporary}.work`;

/** What has been left of attempts at this target and nobody is at work on; of one that was killed while it moved, perhaps the folder only. */
export function leftOf(target: string): string[] {
  const folder = dirname(target);
  if (!existsSync(folder)) return [];
  const works = abandonedIn(folder, beforeMark(target), workOf(ending)).map((path) => path.slice(0, -workOf('').length));
  return [...new Set([...abandonedIn(folder, beforeMark(target), ending), ...works])];
}

/** Under another name, with its checkpoints. */
export function moveUnfinished(from: string, to: string): void {
  if (from === to) return;
  renameSync(workOf(from), workOf(to));
  renameSync(from, to);
}

/** Leaves it to whoever comes next, this process or another. */
export function putDown(temporary: string, target: string): void {
  const free = unfinishedPath(target, nobodysMark());
  removeUnfinished(free);
  moveUnfinished(temporary, free);
}

export function removeUnfinished(temporary: string): void {
  for (const path of [temporary, workOf(temporary)]) rmSync(path, { recursive: true, force: true });
}
