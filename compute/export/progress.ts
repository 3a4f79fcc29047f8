/** How far an export has come, beside the unfinished file: the same command after a kill goes on from there. */
import { existsSync, rmSync } from 'node:fs';
import { loadCheckpoint, saveCheckpoint } from '../results/checkpoint.ts';
import type { CsrState } from '../results/h5ad/index.ts';
import type { XProgress } from './anndata.ts';

export interface ExportProgress extends XProgress {
  /** Kept cells whose X an earlier attempt has written; 0 when this is the first. */
  readonly rowsBefore: number;
}

/**
 * `tag` names everything that the file depends on: what was begun for another tag is removed. A checkpoint is saved every
 * `seconds`, and costs what it takes to force the file so far to disk.
 */
export function openProgress(temporary: string, work: string, tag: string, seconds: number): ExportProgress {
  const found = existsSync(temporary) ? loadCheckpoint(work, tag) : null;
  if (found === null) for (const path of [temporary, work]) rmSync(path, { recursive: true, force: true });
  let sequence = found?.sequence ?? 0;
  let savedAt = performance.now();
  return {
    rowsBefore: found?.tilesDone ?? 0,
    load: () => found && ({ numbers: found.meta, arrays: found.arrays } as CsrState),
    due: () => performance.now() - savedAt >= seconds * 1000,
    save({ numbers, arrays }) {
      saveCheckpoint(work, { sequence: ++sequence, tag, tilesDone: numbers['rowsWritten']!, meta: numbers, arrays });
      savedAt = performance.now();
    },
  };
}
