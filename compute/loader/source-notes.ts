/** What a loader has to say of its files. */
import type { LoaderOptions } from './contract.ts';
import type { LoaderSource } from './sources.ts';

/** Packs that are left alone, and values that would be normalised a second time, file by file. */
export function sourceNotes(sources: readonly LoaderSource[], { targetSum, log1p }: Pick<LoaderOptions, 'targetSum' | 'log1p'>): string[] {
  const asked = [...(targetSum === undefined ? [] : ['targetSum']), ...(log1p === true ? ['log1p'] : [])];
  return sources.flatMap(({ path, note, notCounts }) => [
    ...(note === undefined ? [] : [note]),
    ...(notCounts === undefined || asked.length === 0 ? [] : [`${path} has no counts: ${notCounts} looks normalised already, and ${asked.join(' and ')} change it once more. Leave ${asked.length === 1 ? 'it' : 'them'} out, or use a file with raw counts (X, layers/counts or raw/X).`]),
  ]);
}
