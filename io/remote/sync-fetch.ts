/** Ranges of remote files for readers that cannot wait for promises: this thread sleeps until another has fetched them. */
import { extname } from 'node:path';
import { MessageChannel, Worker, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { TruckeeError, failure } from '../../protocol/errors.ts';
import type { FetchOrder, FetchReply, FetchSetup } from './fetch-thread.ts';

/** Longest range of one call. */
export const windowBytes = 8 * 1024 * 1024;
/** A thread that says nothing for so long is broken: its own requests give up much earlier. */
const patienceMs = 15 * 60_000;

interface Fetcher { readonly port: MessagePort; readonly flag: Int32Array; readonly window: Uint8Array }

let fetcher: Fetcher | null = null;

function start(): Fetcher {
  const { port1, port2 } = new MessageChannel();
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const window = new Uint8Array(new SharedArrayBuffer(windowBytes));
  const setup: FetchSetup = { port: port2, flag, window };
  const thread = new Worker(new URL(`./fetch-thread${extname(import.meta.url)}`, import.meta.url), { workerData: setup, transferList: [port2] });
  // Neither keeps the program alive.
  thread.unref();
  port1.unref();
  return { port: port1, flag, window };
}

/** A view of the bytes, valid until the next call in this thread. @throws what `fetchRange` throws */
export function fetchSync(order: FetchOrder): Uint8Array {
  fetcher ??= start();
  const { port, flag, window } = fetcher;
  Atomics.store(flag, 0, 0);
  port.postMessage(order);
  const woken = Atomics.wait(flag, 0, 0, patienceMs);
  const reply = (receiveMessageOnPort(port) as { message: FetchReply } | undefined)?.message;
  if (woken === 'timed-out' || reply === undefined) throw failure('internal', { detail: 'the thread that reads from afar does not answer' });
  if (!reply.ok) throw new TruckeeError(reply.error);
  return window.subarray(0, order.end - order.start);
}
