/**
 * The file under construction: an end that only grows, small pieces gathered into large writes, and compressed chunks
 * written in the order they were handed in, so that equal input gives an equal file however the threads are timed.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { ChunkPacker, Packed, Packing } from '../../codecs/deflate/packer.ts';
import { failure, systemFailure } from '../../../protocol/errors.ts';

export interface Sink {
  readonly path: string;
  /** Where the next piece will be placed, in bytes; always a multiple of eight. */
  readonly end: number;
  /** Appends bytes and returns their address. */
  place(bytes: Uint8Array): number;
  /** Sets room aside and returns its address; fill it with writeAt before sealing. */
  reserve(byteCount: number): number;
  writeAt(address: number, bytes: Uint8Array): void;
  /**
   * Hands in a chunk, which is taken away, to be packed. Waits for the oldest only when too many are under way. `spare` is
   * memory of a chunk that nobody needs any more.
   */
  queue(chunk: ArrayBuffer, bytes: number, how: Packing, placed: (address: number, bytes: number, spare: ArrayBuffer | null) => void): Promise<void>;
  /** Waits for and writes everything handed in. */
  drain(): Promise<void>;
  /** Makes everything so far durable; the end then. */
  sync(): Promise<number>;
  /** Goes on behind `end` bytes of an earlier, unfinished attempt; what it wrote behind them is dropped. */
  goOn(end: number): Promise<void>;
  /** Makes the file durable and closes it. */
  seal(): void;
  /** Closes the file as it is; for failures and cancelling. */
  abandon(): void;
}

const gatherBytes = 1 << 20;
/** With `begun`, the file of an earlier attempt is written over and not emptied. */
export function createSink(path: string, firstFreeByte: number, begun: boolean, packer: ChunkPacker): Sink {
  const guarded = <T>(act: () => T): T => {
    try {
      return act();
    } catch (thrown) {
      throw systemFailure(thrown, path) ?? failure('io-failed', { path, code: codeOf(thrown) }, thrown);
    }
  };

  const file = guarded(() => openSync(path, begun ? 'r+' : 'w'));
  let open = true;
  let end = firstFreeByte;
  const gathered = Buffer.allocUnsafe(gatherBytes);
  let gatheredFrom = end;
  let gatheredLength = 0;
  const jobs: { job: Promise<Packed>; placed: (address: number, bytes: number, spare: ArrayBuffer | null) => void }[] = [];

  const writeAt = (address: number, bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.length; ) {
      done += guarded(() => writeSync(file, bytes, done, bytes.length - done, address + done));
    }
  };
  const flush = (): void => {
    if (gatheredLength > 0) writeAt(gatheredFrom, gathered.subarray(0, gatheredLength));
    gatheredFrom = end;
    gatheredLength = 0;
  };
  const place = (bytes: Uint8Array): number => {
    const address = end;
    const padded = Math.ceil(bytes.length / 8) * 8;
    if (gatheredLength + padded > gatherBytes) flush();
    end += padded;
    if (padded > gatherBytes / 2) {
      flush();
      writeAt(address, bytes);
    } else {
      gathered.set(bytes, gatheredLength);
      gathered.fill(0, gatheredLength + bytes.length, gatheredLength + padded);
      gatheredLength += padded;
    }
    return address;
  };
  const settleOldest = async (): Promise<void> => {
    const oldest = jobs.shift();
    if (oldest === undefined) return;
    const { bytes, spare } = await oldest.job;
    oldest.placed(place(bytes), bytes.length, spare);
  };
  const close = (): void => {
    open = false;
    closeSync(file);
  };

  return {
    path,
    get end() {
      return end;
    },
    place,
    reserve(byteCount) {
      flush();
      const address = end;
      end += Math.ceil(byteCount / 8) * 8;
      gatheredFrom = end;
      return address;
    },
    writeAt,
    async queue(chunk, bytes, how, placed) {
      const job = packer.pack(chunk, bytes, how);
      // Awaited later, in order; without this an early failure would count as unhandled.
      job.catch(() => undefined);
      jobs.push({ job, placed });
      while (jobs.length > packer.underWay) await settleOldest();
    },
    async drain() {
      while (jobs.length > 0) await settleOldest();
    },
    async sync() {
      while (jobs.length > 0) await settleOldest();
      flush();
      guarded(() => fsyncSync(file));
      return end;
    },
    async goOn(from) {
      while (jobs.length > 0) await settleOldest();
      flush();
      end = from;
      gatheredFrom = from;
      guarded(() => ftruncateSync(file, from));
    },
    seal() {
      flush();
      // The last piece may have ended before its padding; HDF5 compares the length with its header.
      guarded(() => ftruncateSync(file, end));
      guarded(() => fsyncSync(file));
      guarded(close);
    },
    abandon() {
      if (open) guarded(close);
    },
  };
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
}
