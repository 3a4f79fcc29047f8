/** Writing beside the target under another name, then renaming: a target is either whole or not there. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isAtWork } from '../../io/process-life.ts';
import { syncFolder } from '../../io/sync-folder.ts';
import { failure, isTruckeeError, systemFailure } from '../../protocol/errors.ts';

/** Where the checkpoints of something half written are. */
const workOf = (temporary: string): string => `${temporary}.work`;

/**
 * Calls `write` with a temporary path, makes it durable under `target`; on any failure what was written is removed. What a
 * killed process left behind with checkpoints in its work folder is handed to `write`, which may go on with it.
 * @throws already-exists, disk-full, not-permitted..., always naming the target.
 */
export async function writeAside<T>(target: string, write: (temporary: string, work: string) => Promise<T>): Promise<T> {
  const folder = dirname(target);
  if (existsSync(target)) throw failure('already-exists', { path: target });
  if (!existsSync(folder)) throw failure('file-not-found', { path: folder });
  const prefix = `.${basename(target)}.${hostname()}-`;
  const temporary = join(folder, `${prefix}${process.pid}.part`);
  takeAbandoned(folder, prefix, temporary);
  try {
    const written = await write(temporary, workOf(temporary));
    // Someone may have been faster: never replace what is not ours.
    if (existsSync(target)) throw failure('already-exists', { path: target });
    renameSync(temporary, target);
    syncFolder(folder);
    rmSync(workOf(temporary), { recursive: true, force: true });
    return written;
  } catch (thrown) {
    for (const path of [temporary, workOf(temporary)]) rmSync(path, { recursive: true, force: true });
    throw aboutTarget(thrown, temporary, target);
  }
}

/** Leftovers of exports to the same target whose process on this machine has died: one with checkpoints becomes ours, the others go. */
function takeAbandoned(folder: string, prefix: string, ours: string): void {
  let taken = false;
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(prefix) ? /^(\d+)\.part$/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid === undefined || (Number(pid) !== process.pid && isAtWork(Number(pid)))) continue;
    const path = join(folder, name);
    if (!taken && existsSync(workOf(path))) {
      taken = true;
      if (path === ours) continue;
      renameSync(workOf(path), workOf(ours));
      renameSync(path, ours);
    } else {
      for (const one of [path, workOf(path)]) rmSync(one, { recursive: true, force: true });
    }
  }
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
