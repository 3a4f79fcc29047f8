/** Digests of a file that arrives in parts: out of memory where bytes come in order, else read back as soon as the gap closes. */
import { createHash } from 'node:crypto';
import { crc32c, crc32cText } from './crc32c.ts';
import type { ExpectedDigests } from './download.ts';
import type { PartFile } from './part-file.ts';

/** As they were asked for: sha256 in hex, md5 and crc32c in base64. */
export interface TakenDigests { readonly sha256?: string; readonly md5?: string; readonly crc32c?: string }

export interface RunningDigests {
  /** Bytes on their way to the disk. */
  offer(offset: number, bytes: Uint8Array): void;
  /** Catches up with what has been written. */
  advance(): void;
  finish(): TakenDigests;
}

/** Only what will be compared; SHA-256 where the source gives nothing. */
export function createDigests(file: PartFile, expected: ExpectedDigests): RunningDigests {
  const { md5, crc32c: crc } = expected;
  const hashes = { sha256: expected.sha256 !== undefined || (md5 === undefined && crc === undefined) ? createHash('sha256') : null, md5: md5 === undefined ? null : createHash('md5') };
  let sum = 0;
  let next = 0;
  const update = (bytes: Uint8Array): void => {
    hashes.sha256?.update(bytes);
    hashes.md5?.update(bytes);
    if (crc !== undefined) sum = crc32c(bytes, sum);
    next += bytes.length;
  };
  /** Blocks may be fetched anew: they are digested when all is there. */
  const later = expected.blocks !== undefined;
  const catchUp = (): void => {
    for (let part = 0; part < file.parts; part++) {
      const { start, end } = file.range(part);
      if (next >= end) continue;
      const there = start + file.have(part);
      if (there > next) eachPiece(file, next, there, update);
      if (there < end) return;
    }
  };
  return {
    offer(offset, bytes) {
      if (!later && offset === next) update(bytes);
    },
    advance() {
      if (!later) catchUp();
    },
    finish() {
      catchUp();
      return {
        ...(hashes.sha256 ? { sha256: hashes.sha256.digest('hex') } : {}), ...(hashes.md5 ? { md5: hashes.md5.digest('base64') } : {}), ...(crc === undefined ? {} : { crc32c: crc32cText(sum) }),
      };
    },
  };
}

const pieceBytes = 1024 * 1024;

/** Reads [start, end) of what is written, a piece at a time; the piece is valid until the next. */
export function eachPiece(file: PartFile, start: number, end: number, act: (piece: Uint8Array) => void): void {
  const buffer = new Uint8Array(Math.min(pieceBytes, end - start));
  for (let at = start; at < end; at += pieceBytes) {
    const piece = buffer.subarray(0, Math.min(pieceBytes, end - at));
    file.read(at, piece);
    act(piece);
  }
}
