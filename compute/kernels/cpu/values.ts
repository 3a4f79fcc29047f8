/** First look at the values of a block: are they finite, not negative, whole numbers? */
import type { CsrBlock } from '../block.ts';
import type { ValueCheck } from '../kernels.ts';
import { assertSound } from '../check.ts';

/** Positions of the first offenders; a value that is not finite counts as neither negative nor fractional. */
export function checkValues(block: CsrBlock): ValueCheck {
  assertSound(block, Infinity);
  const found: ValueCheck = { notFinite: -1, negative: -1, fractional: -1 };
  const end = block.indptr[block.rows]!;
  for (let p = block.indptr[0]!; p < end; p++) {
    const value = block.values[p]!;
    if (!Number.isFinite(value)) {
      if (found.notFinite < 0) found.notFinite = p;
    } else {
      if (value < 0 && found.negative < 0) found.negative = p;
      if (value !== Math.trunc(value) && found.fractional < 0) found.fractional = p;
    }
  }
  return found;
}
