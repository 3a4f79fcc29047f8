/** What an export of Truckee says of the files that its cells came from. */
import type { Structure } from '../../hdf5/index.ts';

/** Their fingerprints; none for files from elsewhere, and for a provenance that cannot be read any more. */
export function takenFrom(structure: Structure): string[] {
  if (structure.kind('/uns/truckee') !== 'dataset') return [];
  try {
    const { steps } = JSON.parse(structure.strings('/uns/truckee')[0]!) as { steps?: readonly { inputs?: readonly { fingerprint?: unknown }[] }[] };
    const found = (steps ?? []).flatMap(({ inputs }) => (inputs ?? []).map(({ fingerprint }) => fingerprint));
    return [...new Set(found)].filter((one) => typeof one === 'string');
  } catch {
    return [];
  }
}
