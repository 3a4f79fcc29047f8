/** Adding partial sums of a plate's genes into totals over the common genes. */
import type { Plate } from '../matrix/plates.ts';

/** target[offset + common gene] += part[file gene], for every gene that is shared. */
export function addGenes(target: Float64Array, offset: number, part: Float64Array, plate: Plate): void {
  const { toCommon } = plate;
  if (toCommon === null) {
    for (let gene = 0; gene < part.length; gene++) target[offset + gene]! += part[gene]!;
    return;
  }
  for (let gene = 0; gene < part.length; gene++) {
    const common = toCommon[gene]!;
    if (common >= 0) target[offset + common]! += part[gene]!;
  }
}

/** File genes of each plate -> flag taken from a list over common genes (genes that are not shared get `other`). */
export function flagsPerPlate(plates: readonly Plate[], flags: Uint8Array, other: number): Uint8Array[] {
  return plates.map((plate) => {
    if (plate.toCommon === null) return flags;
    return Uint8Array.from(plate.toCommon, (common) => (common < 0 ? other : flags[common]!));
  });
}
