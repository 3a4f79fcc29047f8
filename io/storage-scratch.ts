/** The folder that holds the copies while formats of storage are compared, and what killed comparisons have left of theirs. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { abandonedIn, ownMark } from './owner-mark.ts';

const before = '.truckee-storage-';

/** Of this process. */
export const storageScratch = (folder: string): string => join(folder, `${before}${ownMark()}`);

/** Copies whose process is gone; those of a comparison at work stay. */
export function removeStorageScratch(folder: string): void {
  if (existsSync(folder)) for (const path of abandonedIn(folder, before)) rmSync(path, { recursive: true, force: true });
}
