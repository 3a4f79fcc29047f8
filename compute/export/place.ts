/** Writing beside the target under another name, then renaming: a target is either whole or not there. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownMark } from '../../io/owner-mark.ts';
import { syncFolder } from '../../io/sync-folder.ts';
import { leftOf, moveUnfinished, putDown, removeUnfinished, unfinishedPath, workOf } from '../../io/unfinished.ts';
import { failure, isKind, isTruckeeError, systemFailure } from '../../protocol/errors.ts';

/**
 * Calls `write` with a temporary path, makes it durable under `target`. What was stopped, or left behind by a killed process, with
 * checkpoints in its work folder is handed to the next `write`, which may go on with it; on any other failure it is removed.
 * @throws already-exists, disk-full, not-permitted..., always naming the target.
 */
export async function writeAside<T>(target: string, write: (temporary: string, work: string) => Promise<T>): Promise<T> {
  const folder = dirname(target);
  if (existsSync(target)) throw failure('already-exists', { path: target });
  if (!existsSync(folder)) throw failure('file-not-found', { path: folder });
  const temporary = unfinishedPath(target, ownMark());
  takeUp(target, temporary);
  try {
    const written = await write(temporary, workOf(temporary));
    // Someone may have been faster: never replace what is not ours.
    if (existsSync(target)) throw failure('already-exists', { path: target });
    renameSync(temporary, target);
    syncFolder(folder);
    rmSync(workOf(temporary), { recursive: true, force: true });
    return written;
  } catch (thrown) {
    if (isKind(thrown, 'cancelled') && existsSync(workOf(temporary))) putDown(temporary, target);
    else removeUnfinished(temporary);
    throw aboutTarget(thrown, temporary, target);
  }
}

/** Of what was left at this target, one with checkpoints becomes ours; the others go. */
function takeUp(target: string, ours: string): void {
  const found = leftOf(target);
  const first = found.find((path) => existsSync(path) && existsSync(workOf(path)));
  for (const path of found) if (path !== first) removeUnfinished(path);
  if (first !== undefined) moveUnfinished(first, ours);
}

/** The user knows the target, not the temporary name. */
function aboutTarget(thrown: unknown, temporary: string, target: string): unknown {
  const known = isTruckeeError(thrown) ? thrown : systemFailure(thrown);
  if (known === undefined) return thrown;
  const path = known.data.facts['path'];
  if (typeof path !== 'string' || !path.startsWith(temporary)) return known;
  const code = String(known.data.facts['code'] ?? '');
  switch (known.kind) {
    case 'disk-full':
    case 'not-permitted':
    case 'io-failed':
      return failure(known.kind, { path: target, code }, thrown);
    default:
      return known;
  }
}
