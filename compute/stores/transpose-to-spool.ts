/** Column order into row order: the public door to the bucketed transposition. */
import { failure } from '../../protocol/errors.ts';
import type { MatrixSpec } from './contract.ts';
import { openEntries } from './open-entries.ts';
import { writeSpool, type TransposeOptions } from './spool/transpose.ts';

/**
 * Writes the row-order copy of a matrix in column order to `spoolPath` and returns the spec that reads it; a spec that is
 * in row order already comes back as it is. Memory stays within `memoryBytes`; disk, while it runs, is that of the plan
 * (planTranspose). Errors: memory-too-small, disk-full, cancelled, corrupt-file, corrupt-chunk.
 */
export async function transposeToSpool(spec: MatrixSpec, spoolPath: string, options: TransposeOptions): Promise<MatrixSpec> {
  if (spec.kind !== 'columns') return spec;
  const { nObs, nVars, stored } = spec.facts;
  if (nObs >= 2 ** 31 || nVars >= 2 ** 31) throw failure('internal', { detail: `${nObs} x ${nVars} is too large to transpose` });
  const source = await openEntries(spec.source, nObs, nVars);
  try {
    const kept = await writeSpool(source, { nObs, nVars, stored }, spoolPath, options);
    return { ...spec, facts: { ...spec.facts, stored: kept }, spool: spoolPath };
  } finally {
    source.close();
  }
}
