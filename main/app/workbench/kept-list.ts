/** What the workbench has under way, kept in the workspace as a JSON list, so that the next host finds it. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../../protocol/errors.ts';

/** What is left of the list of that name, without entries that are not as they should be: files that were written are there all the same. */
export function readList<T>(root: string, name: string, isSound: (entry: T) => boolean): T[] {
  try {
    const kept = JSON.parse(readFileSync(join(root, name), 'utf8')) as T[];
    return Array.isArray(kept) ? kept.filter((entry) => entry !== null && isSound(entry)) : [];
  } catch {
    return [];
  }
}

/** Replaces it as a whole: a kill leaves the old list or the new one. */
export function writeList(root: string, name: string, list: readonly unknown[]): void {
  const path = join(root, name);
  writeFileSync(`${path}.new`, JSON.stringify(list, null, 1), { flush: true });
  renameSync(`${path}.new`, path);
}

/** @throws not-found */
export function findKept<One>(all: ReadonlyMap<string, One>, what: string, id: string): One {
  const one = all.get(id);
  if (!one) throw failure('not-found', { what, name: id, near: [] });
  return one;
}
