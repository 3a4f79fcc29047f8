/** The thread behind `downloadApart`. */
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorData } from '../protocol/errors.ts';
import { download, type DownloadRequest } from './download.ts';
import type { LaneMessage } from './download-apart.ts';

const stop = new AbortController();
parentPort!.on('message', () => stop.abort());
const say = (message: LaneMessage): void => parentPort!.postMessage(message);
const tellMs = 200;
let toldAt = 0;

try {
  const downloaded = await download({
    ...(workerData as DownloadRequest), signal: stop.signal,
    onProgress(done, total) {
      if (performance.now() - toldAt < tellMs && done < total) return;
      toldAt = performance.now();
      say({ kind: 'progress', done, total });
    },
  });
  say({ kind: 'done', downloaded });
} catch (thrown) {
  say({ kind: 'failed', error: toErrorData(thrown) });
}
