/**
 * Threads that pack chunks with the engine's own deflate while their owner reads what comes next. What a chunk becomes does not
 * depend on how many there are.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { failure } from '../../../protocol/errors.ts';
import { zlibPacker, type ChunkPacker, type Packed } from './packer.ts';

/** A chunk on its way to a worker. */
export interface PackTask {
  readonly id: number;
  readonly chunk: ArrayBuffer;
  readonly bytes: number;
  readonly elementBytes: number;
}

/** And back: its first `bytes` bytes are the stream. */
export type PackAnswer = Omit<PackTask, 'elementBytes'>;

export interface PackCrew extends ChunkPacker {
  close(): Promise<void>;
}

interface Hand {
  readonly worker: Worker;
  readonly waiting: Map<number, { resolve(packed: Packed): void; reject(error: unknown): void }>;
  /** Why it packs no more. */
  broken: unknown;
}

/** Level 1 of shuffled numbers is packed by the crew, all else by zlib. @throws (from pack) internal when a worker dies. */
export function openPackCrew(threads: number): PackCrew {
  const hands = Array.from({ length: threads }, startHand);
  let tasks = 0;
  return {
    underWay: 4 + 4 * threads,
    pack(chunk, bytes, how) {
      if (how.level !== 1 || !how.shuffle) return zlibPacker.pack(chunk, bytes, how);
      const hand = hands.reduce((least, other) => (other.waiting.size < least.waiting.size ? other : least));
      if (hand.broken !== null) return Promise.reject(hand.broken);
      return new Promise((resolve, reject) => {
        const id = ++tasks;
        hand.waiting.set(id, { resolve, reject });
        hand.worker.postMessage({ id, chunk, bytes, elementBytes: how.elementBytes } satisfies PackTask, [chunk]);
      });
    },
    async close() {
      for (const hand of hands) hand.broken ??= failure('internal', { detail: 'a chunk was packed after the crew had gone' });
      await Promise.all(hands.map(({ worker }) => worker.terminate()));
    },
  };
}

function startHand(): Hand {
  const worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));
  const hand: Hand = { worker, waiting: new Map(), broken: null };
  worker.on('message', ({ id, chunk, bytes }: PackAnswer) => {
    hand.waiting.get(id)?.resolve({ bytes: new Uint8Array(chunk, 0, bytes), spare: chunk });
    hand.waiting.delete(id);
  });
  const lost = (cause: unknown): void => {
    hand.broken ??= failure('internal', { detail: `a packing thread failed: ${cause instanceof Error ? cause.message : String(cause)}` }, cause);
    for (const { reject } of hand.waiting.values()) reject(hand.broken);
    hand.waiting.clear();
  };
  worker.on('error', lost);
  worker.on('exit', (code) => lost(`it ended with code ${code}`));
  return hand;
}
