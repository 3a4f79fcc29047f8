/** Folders that users name: made with those above them, or refused. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { failure, systemFailure } from '../protocol/errors.ts';

/** Node's own recursive mkdir never returns where the system says that there is no place (below /proc). @throws not-permitted, file-not-found, disk-full, io-failed... */
export function makeFolder(path: string): void {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory()) return;
    if (there !== undefined) throw failure('already-exists', { path });
    if (dirname(path) !== path) makeFolder(dirname(path));
    mkdirSync(path);
  } catch (cause) {
    // Someone may have been faster.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw systemFailure(cause, path) ?? cause;
  }
}
