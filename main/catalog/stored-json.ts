/** JSON in a column of the catalog: what is none any more, or of another shape, is damage and told as such. */
import { failure } from '../../protocol/errors.ts';
import type { Catalog } from './schema.ts';

/** @throws corrupt-file */
export function storedJson<T>(db: Catalog, text: string, what: string, isSound: (value: T) => boolean): T {
  let value: T | null = null;
  try {
    value = JSON.parse(text) as T;
  } catch {
    // Told below.
  }
  if (value === null || !isSound(value)) throw failure('corrupt-file', { path: db.name, element: 'the catalog', reason: `${what} cannot be read` });
  return value;
}

/** Labels of a column of obs. @throws corrupt-file */
export const storedLabels = (db: Catalog, text: string): readonly string[] => storedJson<readonly string[]>(db, text, 'what it knows of columns', Array.isArray);
