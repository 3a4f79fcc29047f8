/** Fetches ranges for a thread that cannot wait for promises: the answer is in shared memory when the flag rises. */
import { workerData, type MessagePort } from 'node:worker_threads';
import { toErrorData, type ErrorData } from '../../protocol/errors.ts';
import { fetchRange, type RemoteFile } from '../http.ts';

export interface FetchSetup {
  readonly port: MessagePort;
  /** One flag: 0 asked, 1 answered. */
  readonly flag: Int32Array;
  readonly window: Uint8Array;
}

export interface FetchOrder {
  readonly remote: RemoteFile;
  readonly headers: Readonly<Record<string, string>>;
  readonly start: number;
  readonly end: number;
}

export type FetchReply = { readonly ok: true } | { readonly ok: false; readonly error: ErrorData };

/** Long ranges come over several connections. */
const shareBytes = 2 * 1024 * 1024;

const { port, flag, window } = workerData as FetchSetup;

port.on('message', (order: FetchOrder) => {
  void answer(order).then((reply) => {
    port.postMessage(reply);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  });
});

async function answer({ remote, headers, start, end }: FetchOrder): Promise<FetchReply> {
  try {
    const shares = Array.from({ length: Math.ceil((end - start) / shareBytes) }, (_, i) => start + i * shareBytes);
    await Promise.all(shares.map((from) => {
      let at = from - start;
      return fetchRange(remote, from, Math.min(end, from + shareBytes), (bytes) => {
        window.set(bytes, at);
        at += bytes.length;
      }, { headers });
    }));
    return { ok: true };
  } catch (thrown) {
    return { ok: false, error: toErrorData(thrown) };
  }
}
