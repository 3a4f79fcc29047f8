/** The row-order copy of a column-order matrix, for jobs that have no workers of their own. */
import type { JobEvent } from '../../protocol/events.ts';
import type { MatrixSpec } from '../stores/contract.ts';
import { createPool } from './pool.ts';

/** Memory that making the copy may take. */
const transposeBytes = 256 * 1024 * 1024;

/** Made once and kept in the workspace's cache. @throws cancelled, disk-full, corrupt-chunk... */
export async function makeRowCopy(spec: MatrixSpec, path: string, host: { emit(event: JobEvent): void; readonly signal: AbortSignal }): Promise<MatrixSpec> {
  host.emit({ kind: 'note', step: null, level: 'info', text: `${spec.facts.slot} is stored gene by gene: making a row-order copy once` });
  const pool = await createPool(1, { kernels: null, memoryBytes: transposeBytes });
  const stop = (): void => pool.stop();
  host.signal.addEventListener('abort', stop);
  try {
    return await pool.call('transpose', { spec, path, memoryBytes: transposeBytes });
  } finally {
    host.signal.removeEventListener('abort', stop);
    await pool.close();
  }
}
