/** Room on disk for a download, without what unfinished downloads beside it will still take. */
import { readdirSync, statSync, statfsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { failure } from '../protocol/errors.ts';

/** A file in the making that nobody has written to for so long is abandoned, and claims nothing. */
const livelyMs = 10 * 60_000;

/** @throws disk-too-small; a plain system error when the folder cannot be read */
export function requireRoom(target: string, neededBytes: number): void {
  const folder = dirname(resolve(target));
  const { bavail, bsize } = statfsSync(folder);
  const own = `${basename(target)}.part`;
  const promised = readdirSync(folder).reduce((sum, name) => (name.endsWith('.part') && name !== own ? sum + missingIn(join(folder, name)) : sum), 0);
  const availableBytes = Math.max(0, bavail * bsize - promised);
  if (neededBytes > availableBytes) throw failure('disk-too-small', { path: folder, neededBytes, availableBytes });
}

/** A file in the making is as long as it will be; its blocks tell what is there. */
function missingIn(path: string): number {
  const part = statSync(path, { throwIfNoEntry: false });
  return part && Date.now() - part.mtimeMs < livelyMs ? Math.max(0, part.size - part.blocks * 512) : 0;
}
