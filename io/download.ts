/**
 * Brings one remote file onto this disk: parts in parallel, digests taken in order while later parts still arrive, verified
 * before the file gets its name. Bytes go straight to disk, so that memory does not depend on the size of the file.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { failure, isKind } from '../protocol/errors.ts';
import { bare, fetchRange, probeRemote, type HttpOptions, type RemoteFile } from './http.ts';
import { discardParts, openPartFile, type PartFile } from './part-file.ts';
import { createPieces } from './pieces.ts';
import { createDigests, eachPiece, type RunningDigests, type TakenDigests } from './running-digests.ts';

/** What the source says of the file; every one that is given must match. */
export interface ExpectedDigests {
  readonly size?: number;
  /** Base64 or hex. */
  readonly md5?: string;
  /** Base64 of the big-endian CRC-32C. */
  readonly crc32c?: string;
  /** Hex. */
  readonly sha256?: string;
  /** Hex SHA-256 of consecutive blocks of `blockBytes`: a wrong byte then costs one block. */
  readonly blocks?: readonly string[];
}

export interface DownloadRequest extends HttpOptions {
  readonly url: string;
  readonly target: string;
  readonly expected?: ExpectedDigests;
  readonly parallel?: number;
  readonly partBytes?: number;
  onProgress?(doneBytes: number, totalBytes: number): void;
}

export interface Downloaded {
  readonly path: string;
  readonly bytes: number;
  /** Bytes that crossed the wire in this attempt. */
  readonly fetched: number;
  readonly etag: string | null;
  /** Digests that were taken: those the source gives, or SHA-256 to know the file again. */
  readonly digests: TakenDigests;
  /** What was compared with the source: size always, then md5, crc32c, sha256 or blocks. */
  readonly verified: readonly string[];
}

/** A part is also the block that digests are kept for. */
export const blockBytes = 64 * 1024 * 1024;
const standardPartBytes = 16 * 1024 * 1024;
const standardParallel = 4;
/** Times that a block with a wrong digest is fetched anew. */
const mostRefetches = 3;

/** @throws download-failed, remote-changed, not-authorised, remote-missing, wrong-digest, already-exists, disk-too-small, disk-full, cancelled */
export async function download(request: DownloadRequest): Promise<Downloaded> {
  const { target, expected = {} } = request;
  if (existsSync(target)) throw failure('already-exists', { path: target });
  const remote = await probeRemote(request.url, request);
  if (expected.size !== undefined && expected.size !== remote.size) {
    throw failure('wrong-digest', { path: target, digest: 'size', expected: String(expected.size), found: String(remote.size) });
  }
  // Blocks are compared as parts: with their digests given, a part is a block.
  const wanted = expected.blocks ? blockBytes : (request.partBytes ?? standardPartBytes);
  // A server without ranges gives the file in one piece or not at all.
  const file = openPartFile(target, remote, remote.ranges ? wanted : Math.max(1, remote.size));
  try {
    const digests = createDigests(file, expected);
    const fetched = await fetchParts(file, remote, request, digests);
    await file.settle();
    const verified = verify(target, expected, digests.finish());
    file.adopt();
    return { path: target, bytes: remote.size, fetched, etag: remote.etag, ...verified };
  } catch (thrown) {
    // What has arrived stays for the next attempt, as far as the disk allows.
    await file.settle().catch(() => undefined);
    // Bytes that failed their digest, or belong to a version that is gone, must not be continued.
    if (isKind(thrown, 'wrong-digest')) discardParts(target);
    if (isKind(thrown, 'remote-changed')) throw failure('remote-changed', { ...(thrown.data.facts as { url: string; expected: string; found: string }), url: bare(request.url) }, thrown);
    throw thrown;
  } finally {
    file.close();
  }
}

/** All parts over several connections; the bytes that crossed the wire. */
async function fetchParts(file: PartFile, remote: RemoteFile, request: DownloadRequest, digests: RunningDigests): Promise<number> {
  const { target, expected = {} } = request;
  const stop = new AbortController();
  const options: HttpOptions = { ...request, signal: request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal };
  const lengthOf = (part: number): number => file.range(part).end - file.range(part).start;
  const waiting = Array.from({ length: file.parts }, (_, part) => part).filter((part) => expected.blocks !== undefined || file.have(part) < lengthOf(part));
  let fetched = 0;
  let refetched = 0;
  const report = (): void => request.onProgress?.(file.total(), remote.size);
  const work = async (): Promise<void> => {
    const pieces = createPieces();
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const own = part;
      const { start, end } = file.range(own);
      // Without ranges there is no middle to go on from.
      if (!remote.ranges) file.forget(own);
      if (file.have(own) < end - start) {
        const write = (piece: Uint8Array): void => {
          digests.offer(start + file.have(own), piece);
          file.append(own, piece);
          digests.advance();
          report();
        };
        await fetchRange(remote, start + file.have(own), end, (bytes) => {
          fetched += bytes.length;
          pieces.take(bytes, write);
        }, options);
        pieces.finish(write);
      }
      const block = expected.blocks?.[own];
      if (block !== undefined && blockDigest(file, own) !== block.toLowerCase()) {
        refetched += 1;
        if (refetched > mostRefetches) throw failure('wrong-digest', { path: target, digest: `sha256 of block ${own}`, expected: block, found: blockDigest(file, own) });
        file.forget(own);
        waiting.unshift(own);
      }
    }
  };
  report();
  const workers = Array.from({ length: Math.max(1, Math.min(request.parallel ?? standardParallel, waiting.length)) }, work);
  try {
    await Promise.all(workers);
  } catch (thrown) {
    // The other connections stop.
    stop.abort();
    await Promise.allSettled(workers);
    throw thrown;
  }
  return fetched;
}

function blockDigest(file: PartFile, part: number): string {
  const hash = createHash('sha256');
  eachPiece(file, file.range(part).start, file.range(part).end, (piece) => void hash.update(piece));
  return hash.digest('hex');
}

function verify(path: string, expected: ExpectedDigests, taken: TakenDigests): { digests: TakenDigests; verified: string[] } {
  const verified = ['size'];
  const compare = (digest: keyof TakenDigests, wanted: string | undefined): void => {
    if (wanted === undefined) return;
    const found = taken[digest] ?? '';
    if (wanted !== found) throw failure('wrong-digest', { path, digest, expected: wanted, found });
    verified.push(digest);
  };
  compare('md5', expected.md5 !== undefined && /^[0-9a-f]{32}$/i.test(expected.md5) ? Buffer.from(expected.md5, 'hex').toString('base64') : expected.md5);
  compare('crc32c', expected.crc32c);
  compare('sha256', expected.sha256?.toLowerCase());
  if (expected.blocks) verified.push('blocks');
  return { digests: taken, verified };
}
