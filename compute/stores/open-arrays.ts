/** Opens the datasets of a matrix one after the other: each of a layout foreign to the own reader needs a library of its own. */
import { openArray, prepareForeign, type ArrayReader, type DatasetSpec, type ReadOptions } from '../hdf5/index.ts';

/** All readers, or none left open. Errors: those of opening. */
export async function openArrays(specs: readonly DatasetSpec[], options: ReadOptions = {}): Promise<ArrayReader[]> {
  const readers: ArrayReader[] = [];
  try {
    for (const spec of specs) {
      await prepareForeign([spec]);
      readers.push(openArray(spec, options));
    }
    return readers;
  } catch (thrown) {
    readers.forEach((reader) => reader.close());
    throw thrown;
  }
}
