/**
 * A download on a thread of its own: receiving, digesting and writing keep one core busy, which the host's thread has no
 * time for. Headers travel in memory only.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TruckeeError, failure, type ErrorData } from '../protocol/errors.ts';
import type { DownloadRequest, Downloaded } from './download.ts';

/** What the thread reports. */
export type LaneMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly downloaded: Downloaded }
  | { readonly kind: 'failed'; readonly error: ErrorData };

const lane = new URL(`./download-lane${extname(import.meta.url)}`, import.meta.url);

/** The same as `download`, with the same errors. */
export async function downloadApart(request: DownloadRequest): Promise<Downloaded> {
  const { signal, onProgress, ...plain } = request;
  if (signal?.aborted) throw failure('cancelled', { step: 'the download' });
  const worker = new Worker(lane, { workerData: plain });
  const stop = (): void => worker.postMessage('stop');
  signal?.addEventListener('abort', stop);
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (message: LaneMessage) => {
        if (message.kind === 'progress') onProgress?.(message.done, message.total);
        else if (message.kind === 'done') resolve(message.downloaded);
        else reject(new TruckeeError(message.error));
      });
      worker.once('error', (cause) => reject(failure('internal', { detail: 'the thread of a download failed' }, cause)));
      worker.once('exit', () => reject(failure('internal', { detail: 'the thread of a download ended without an answer' })));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    void worker.terminate();
  }
}
