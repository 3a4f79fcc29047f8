/**
 * Brings one remote file onto this disk: parts in parallel, digests taken in order while later parts still arrive, verified
 * before the file gets its name. Bytes go straight to disk, so that memory does not depend on the size of the file.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { failure, isKind } from '../protocol/errors.ts';
import { crc32c, crc32cText } from './crc32c.ts';
import { bare, fetchRange, probeRemote, type HttpOptions } from './http.ts';
import { discardParts, openPartFile, type PartFile } from './part-file.ts';

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
  readonly sha256: string;
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
  const run = { file, fetched: 0, refetched: 0 };
  const stop = new AbortController();
  const options: HttpOptions = { ...request, signal: request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal };
  const report = (): void => request.onProgress?.(bytesOf(file), remote.size);
  const digests = createDigests(file, expected);
  try {
    const waiting = Array.from({ length: file.parts }, (_, part) => part).filter((part) => !file.done.has(part));
    const work = async (): Promise<void> => {
      for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
        const { start, end } = file.range(part);
        let at = start;
        await fetchRange(remote, start, end, (bytes) => {
          file.write(at, bytes);
          at += bytes.length;
          run.fetched += bytes.length;
        }, options);
        const block = expected.blocks?.[part];
        if (block !== undefined && blockDigest(file, part) !== block.toLowerCase()) {
          run.refetched += 1;
          if (run.refetched > mostRefetches) throw failure('wrong-digest', { path: target, digest: `sha256 of block ${part}`, expected: block, found: blockDigest(file, part) });
          waiting.unshift(part);
          continue;
        }
        await file.finish(part);
        digests.advance();
        report();
      }
    };
    report();
    const workers = Array.from({ length: Math.max(1, Math.min(request.parallel ?? standardParallel, waiting.length)) }, work);
    try {
      await Promise.all(workers);
    } catch (thrown) {
      // The other parts stop; what they have finished stays for the next attempt.
      stop.abort();
      await Promise.allSettled(workers);
      throw thrown;
    }
    const verified = verify(target, expected, digests.finish());
    file.adopt();
    return { path: target, bytes: remote.size, fetched: run.fetched, etag: remote.etag, ...verified };
  } catch (thrown) {
    // Bytes that failed their digest, or belong to a version that is gone, must not be continued.
    if (isKind(thrown, 'wrong-digest')) discardParts(target);
    if (isKind(thrown, 'remote-changed')) throw failure('remote-changed', { ...(thrown.data.facts as { url: string; expected: string; found: string }), url: bare(request.url) }, thrown);
    throw thrown;
  } finally {
    file.close();
  }
}

const bytesOf = (file: PartFile): number => [...file.done].reduce((sum, part) => sum + file.range(part).end - file.range(part).start, 0);

function blockDigest(file: PartFile, part: number): string {
  const hash = createHash('sha256');
  eachPiece(file, part, (piece) => void hash.update(piece));
  return hash.digest('hex');
}

const pieceBytes = 1 << 20;

function eachPiece(file: PartFile, part: number, act: (piece: Uint8Array) => void): void {
  const { start, end } = file.range(part);
  const buffer = new Uint8Array(Math.min(pieceBytes, end - start));
  for (let at = start; at < end; at += pieceBytes) {
    const piece = buffer.subarray(0, Math.min(pieceBytes, end - at));
    file.read(at, piece);
    act(piece);
  }
}

/** SHA-256 always, to know the file again; the others where the source gives them. */
interface TakenDigests { readonly sha256: string; readonly md5: string; readonly crc32c: string }

/** Reads parts back in order as soon as they are there (out of the page cache): what is digested is what is on disk. */
function createDigests(file: PartFile, expected: ExpectedDigests): { advance(): void; finish(): TakenDigests } {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  let crc = 0;
  let next = 0;
  const advance = (): void => {
    for (; next < file.parts && file.done.has(next); next++) {
      eachPiece(file, next, (piece) => {
        sha256.update(piece);
        if (expected.md5 !== undefined) md5.update(piece);
        if (expected.crc32c !== undefined) crc = crc32c(piece, crc);
      });
    }
  };
  return {
    advance,
    finish() {
      advance();
      return { sha256: sha256.digest('hex'), md5: md5.digest('base64'), crc32c: crc32cText(crc) };
    },
  };
}

function verify(path: string, expected: ExpectedDigests, taken: TakenDigests): { sha256: string; verified: string[] } {
  const verified = ['size'];
  const compare = (digest: 'md5' | 'crc32c' | 'sha256', wanted: string | undefined, found: string): void => {
    if (wanted === undefined) return;
    if (wanted !== found) throw failure('wrong-digest', { path, digest, expected: wanted, found });
    verified.push(digest);
  };
  compare('md5', expected.md5 === undefined ? undefined : /^[0-9a-f]{32}$/i.test(expected.md5) ? Buffer.from(expected.md5, 'hex').toString('base64') : expected.md5, taken.md5);
  compare('crc32c', expected.crc32c, taken.crc32c);
  compare('sha256', expected.sha256?.toLowerCase(), taken.sha256);
  if (expected.blocks) verified.push('blocks');
  return { sha256: taken.sha256, verified };
}
