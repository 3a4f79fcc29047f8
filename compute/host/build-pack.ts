/** One file's pack, built by the workers of a pool; and the packs that a run reads in place of its plates. */
import { basename } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import type { PlateInput } from '../../protocol/jobs.ts';
import { buildPack, openPlate, packInPlaceOf, packPath, sourceOf, type EncodedRows, type EncodeRequest } from '../stores/index.ts';
import type { Pool } from './pool.ts';

export interface BuildRequest {
  readonly fractions?: boolean;
  /** Only these genes; sums are over all all the same. */
  readonly genes?: readonly string[];
  readonly signal: AbortSignal;
  onRows(done: number, total: number): void;
}

/** Builds the pack beside a file, or goes on with one that was stopped. Errors: no-matrix, unsupported-encoding, and those of buildPack. */
export async function buildPackOf(file: string, pool: Pool, { fractions = false, genes, signal, onRows }: BuildRequest): Promise<{ rows: number; bytes: number; resumedAt: number }> {
  // As for every other checkpoint: 0 in tests, so that each range counts.
  const flushBytes = process.env['TRUCKEE_CHECKPOINT_SECONDS'] === '0' ? { flushBytes: 1 } : {};
  const plate = await openPlate(file);
  try {
    const matrix = plate.counts() ?? plate.matrices()[0];
    if (matrix === undefined) throw failure('no-matrix', { path: file });
    if (matrix.kind === 'columns' && matrix.spool === null) {
      throw failure('unsupported-encoding', { path: file, element: matrix.facts.slot, encoding: 'columns (genes first), which cannot be read cell by cell' });
    }
    return await buildPack(packPath(file, genes !== undefined), {
      matrix, geneNames: plate.geneNames(), source: sourceOf(file, basename(file)), fractions, parallel: 2 * pool.size, signal, onRows, encode: inTurn(pool), ...flushBytes, ...(genes ? { genes } : {}),
    });
  } finally {
    plate.close();
  }
}

/** Builds what is missing, plate by plate. Plates whose matrix is stored gene by gene are left as they are. */
export async function buildMissingPacks(plates: readonly PlateInput[], pool: Pool, request: { signal: AbortSignal; begin(plate: string): void; onRows(done: number, total: number): void }): Promise<void> {
  for (const plate of plates) {
    const file = await openPlate(plate.path);
    const matrix = file.counts();
    file.close();
    if (matrix === null || matrix.kind === 'columns' || packInPlaceOf(plate.path, matrix.facts)?.path) continue;
    request.begin(plate.name);
    await buildPackOf(plate.path, pool, request);
  }
}

/** At most as many ranges at a time as the pool has workers; the others wait for their turn. */
function inTurn(pool: Pool): (request: EncodeRequest) => Promise<EncodedRows> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (request) => {
    while (running >= pool.size) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await pool.call('pack', request);
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}
