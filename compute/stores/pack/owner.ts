/** One build of a pack at a time: a mark beside the unfinished pack says who is at work. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { abandonedIn, ownMark } from '../../../io/owner-mark.ts';
import { failure, systemFailure } from '../../../protocol/errors.ts';

/** In this process, where a mark tells nothing. */
const building = new Set<string>();

const beforeMark = (path: string): string => `${basename(path)}.part.by-`;

/** Until the answer is called nobody else builds this pack. Errors: busy when somebody does; not-permitted. */
export function claimBuild(path: string): () => void {
  refuseBusy(path);
  const mark = join(dirname(path), `${beforeMark(path)}${ownMark()}`);
  try {
    writeFileSync(mark, '');
  } catch (thrown) {
    throw systemFailure(thrown, mark) ?? thrown;
  }
  const release = (): void => {
    building.delete(path);
    rmSync(mark, { force: true });
  };
  building.add(path);
  try {
    // Of two that begin at the same moment each sees the other's mark: neither goes on beside the other.
    const [other] = marksOfOthers(path);
    if (other !== undefined) throw busy(path, other);
    return release;
  } catch (thrown) {
    release();
    throw thrown;
  }
}

/** Takes away marks whose makers are gone. Errors: busy when a build is at work. */
export function refuseBusy(path: string): void {
  if (building.has(path)) throw busy(path, ownMark());
  if (!existsSync(dirname(path))) return;
  for (const gone of abandonedIn(dirname(path), beforeMark(path))) rmSync(gone, { force: true });
  const [other] = marksOfOthers(path);
  if (other !== undefined) throw busy(path, other);
}

function marksOfOthers(path: string): string[] {
  const before = beforeMark(path);
  return readdirSync(dirname(path)).filter((name) => name.startsWith(before)).map((name) => name.slice(before.length)).filter((mark) => mark !== ownMark());
}

function busy(path: string, mark: string): Error {
  const [, machine, pid] = /^(.*)-(\d+)(?:_\d*)?$/.exec(mark) ?? [undefined, mark, '?'];
  const elsewhere = machine === hostname() ? '' : ` of ${machine}; if it has gone, delete ${beforeMark(path)}${mark}`;
  return failure('busy', { what: `Another build of ${path} (process ${pid}${elsewhere})` });
}
