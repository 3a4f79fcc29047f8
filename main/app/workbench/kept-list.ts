/** What the workbench has under way, kept in the workspace as a JSON list, so that the next host finds it. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The list of that name; empty when there is none yet, or it is damaged: files that were written are there all the same. */
export function readList<T>(root: string, name: string): T[] {
  try {
    const kept = JSON.parse(readFileSync(join(root, name), 'utf8')) as T[];
    return Array.isArray(kept) ? kept : [];
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
