/**
 * The plate rule: a gene stays when more than min_plates plates chose it. What one plate finds variable may be chance;
 * what several find independently is not.
 */

/**
 * Marks (1) the kept genes, one entry per gene of the first plate, so that the order of the result's columns is that of
 * the first plate. `masks[p]` marks (non-zero) the genes chosen in plate p, in that plate's own order; `orderOfFirst[p]`
 * gives for each of them its position in the first plate, -1 where the first plate lacks it; without it the lists are
 * the same. Only genes present in all plates can be kept.
 */
export function selectOverPlates(masks: readonly Uint8Array[], minPlates: number, orderOfFirst: readonly (Int32Array | null)[] = []): Uint8Array {
  const genes = masks[0]?.length ?? 0;
  const present = new Int32Array(genes);
  const votes = new Int32Array(genes);
  masks.forEach((mask, plate) => {
    const order = orderOfFirst[plate] ?? null;
    mask.forEach((chosen, position) => {
      const gene = order === null ? position : order[position]!;
      if (gene < 0 || gene >= genes) return;
      present[gene]! += 1;
      if (chosen !== 0) votes[gene]! += 1;
    });
  });
  return Uint8Array.from(votes, (count, gene) => Number(present[gene] === masks.length && count > minPlates));
}
