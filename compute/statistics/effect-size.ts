/** How far a gene moved, on the scale of normalised counts, whatever the test was made on. */

/** log2((target + eps) / (reference + eps)); 0 where both are 0, infinite where only one is and eps is 0. */
export function log2FoldChange(target: number, reference: number, eps: number): number {
  const [a, b] = [target + eps, reference + eps];
  return a === b ? 0 : Math.log2(a / b);
}

/** (target - reference) / (reference + eps); 0 where both are 0. */
export function percentChange(target: number, reference: number, eps: number): number {
  const difference = target - reference;
  return difference === 0 ? 0 : difference / (reference + eps);
}
