/**
 * Takes files out of the system's page cache, so that what is measured next comes from the disk. Node cannot ask for that itself;
 * dd, which every Linux has, can (posix_fadvise), and it only opens the file for reading.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';

/** Every file below the paths. Errors: bad-usage where this cannot be done. */
export function dropFromCache(paths: readonly string[]): void {
  for (const path of paths.flatMap(filesBelow)) {
    const done = spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none'], { stdio: 'ignore' });
    if (done.error || done.status !== 0) throw failure('bad-usage', { command: 'bench', reason: `the page cache cannot be emptied here: dd with iflag=nocache is needed (Linux, GNU coreutils), and failed on ${path}` });
  }
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
