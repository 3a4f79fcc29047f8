/** Says which cells a damaged chunk of a row-order matrix touches: the reader below knows only entry positions. */
import { failure, isKind } from '../../protocol/errors.ts';
import type { CsrSource } from './csr-source.ts';
import { rowOfEntry } from './pointers.ts';

/** A corrupt-chunk error about entries becomes one about rows; every other error comes back as it is. */
export function withCellRows(thrown: unknown, source: CsrSource): unknown {
  if (!isKind(thrown, 'corrupt-chunk')) return thrown;
  const { path, dataset, chunk, rowStart, rowEnd, reason } = thrown.data.facts;
  if (typeof rowStart !== 'number' || typeof rowEnd !== 'number') return thrown;
  const first = rowOfEntry(source, rowStart);
  const last = rowOfEntry(source, Math.max(rowStart, Math.min(rowEnd, source.stored) - 1));
  return failure(
    'corrupt-chunk',
    { path: String(path), dataset: String(dataset), chunk: Number(chunk), rowStart: first, rowEnd: last + 1, reason: String(reason) },
    thrown,
  );
}
