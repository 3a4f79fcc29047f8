/** Checks and pauses that both readers share. */
import { failure } from '../../protocol/errors.ts';
import type { BlockRange } from './contract.ts';

/** A range outside the matrix is a defect of the caller, not of the file. */
export function checkRange(range: BlockRange, nObs: number): void {
  const { rowStart, rowEnd, maxRows, maxStored } = range;
  const sound = rowStart >= 0 && rowStart <= rowEnd && rowEnd <= nObs && maxRows >= 1 && maxStored >= 1;
  if (!sound) {
    throw failure('internal', {
      detail: `rows ${rowStart} to ${rowEnd} of ${nObs} asked for in blocks of ${maxRows} rows and ${maxStored} entries`,
    });
  }
}

/** Lets messages in (decoding is synchronous) and stops where the signal says so. */
export async function pauseForSignal(signal: AbortSignal | undefined, step = 'reading'): Promise<void> {
  if (signal === undefined) return;
  await new Promise<void>((resolve) => setImmediate(resolve));
  if (signal.aborted) throw failure('cancelled', { step });
}
