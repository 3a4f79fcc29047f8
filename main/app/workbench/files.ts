/** The folder picker: data files and folders below the allowed roots, wherever links may lead. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, isAbsolute, sep } from 'node:path';
import { isZarrRoot } from '../../../io/stamp.ts';
import type { FolderListing } from '../../../protocol/api.types.ts';
import { failure, systemFailure } from '../../../protocol/errors.ts';

const dataFile = /\.(h5ad|h5|hdf5)$/i;

/** The real path of something a client names. @throws not-permitted outside the roots, file-not-found. */
export function insideRoots(path: string, roots: readonly string[]): string {
  if (!existsSync(path)) throw failure('file-not-found', { path });
  const real = realpathSync(path);
  if (!roots.some((root) => isInside(real, realpathSync(root)))) throw failure('not-permitted', { path, code: 'outside the allowed folders' });
  return real;
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way));
}

/** @throws not-permitted, file-not-found */
export function listFolder(path: string | null, roots: readonly string[]): FolderListing {
  const folder = insideRoots(path ?? roots[0]!, roots);
  try {
    const entries = readdirSync(folder).filter((name) => !name.startsWith('.')).flatMap((name): FolderListing['entries'] => {
      const full = join(folder, name);
      const stat = statSync(full, { throwIfNoEntry: false });
      if (!stat) return [];
      if (stat.isDirectory()) return [{ name, path: full, kind: isDataFolder(full) ? 'data' : 'folder', bytes: null }];
      return dataFile.test(name) ? [{ name, path: full, kind: 'data', bytes: stat.size }] : [];
    });
    const collator = new Intl.Collator('en', { numeric: true });
    const sorted = [...entries].sort((a, b) => (a.kind === b.kind ? collator.compare(a.name, b.name) : a.kind === 'folder' ? -1 : 1));
    const parent = dirname(folder);
    const atRoot = roots.some((root) => realpathSync(root) === folder);
    return { path: folder, parent: atRoot ? null : parent, roots: [...roots], entries: sorted };
  } catch (cause) {
    throw systemFailure(cause, folder) ?? cause;
  }
}

/** A 10x folder or a Zarr store is one data set, not a folder to look into. */
function isDataFolder(folder: string): boolean {
  try {
    const names = readdirSync(folder);
    return isZarrRoot(names) || names.some((name) => /^matrix\.mtx(\.gz)?$/.test(name));
  } catch {
    // Not readable: shown as a folder, and opening it says why.
    return false;
  }
}
