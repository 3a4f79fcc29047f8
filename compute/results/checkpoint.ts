/**
 * Checkpoints: the sums of a pass so far plus the number of tiles they cover. Two files take turns, each with a CRC over
 * all of its bytes, so that a kill or a torn write while saving costs at most one checkpoint.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { systemFailure } from '../../protocol/errors.ts';
import { dtypeOf, type StoredDtype, type StoredValues } from './array.ts';

export interface Checkpoint {
  /** Rising with every save. */
  readonly sequence: number;
  /** What it belongs to (fingerprint and pass); another tag means: not ours, start again. */
  readonly tag: string;
  readonly tilesDone: number;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, StoredValues>>;
}

const magic = 'TRKCKPT1';
const makers: Readonly<Record<StoredDtype, (buffer: ArrayBuffer) => StoredValues>> = {
  float32: (b) => new Float32Array(b),
  float64: (b) => new Float64Array(b),
  int32: (b) => new Int32Array(b),
  uint8: (b) => new Uint8Array(b),
  uint32: (b) => new Uint32Array(b),
};

interface Header {
  sequence: number;
  tag: string;
  tilesDone: number;
  meta: Record<string, unknown>;
  arrays: { name: string; dtype: StoredDtype; bytes: number }[];
}

export function saveCheckpoint(folder: string, checkpoint: Checkpoint): void {
  const entries = Object.entries(checkpoint.arrays);
  const header: Header = {
    sequence: checkpoint.sequence, tag: checkpoint.tag, tilesDone: checkpoint.tilesDone, meta: { ...checkpoint.meta },
    arrays: entries.map(([name, values]) => ({ name, dtype: dtypeOf(values), bytes: values.byteLength })),
  };
  const head = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(magic.length + 4);
  prefix.write(magic);
  prefix.writeUInt32LE(head.length, magic.length);
  const parts = [prefix, head, ...entries.map(([, v]) => new Uint8Array(v.buffer, v.byteOffset, v.byteLength))];
  let sum = 0;
  for (const part of parts) sum = crc32(part, sum);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(sum >>> 0);
  const path = fileFor(folder, checkpoint.sequence);
  try {
    mkdirSync(folder, { recursive: true });
    const fd = openSync(path, 'w');
    try {
      for (const part of [...parts, tail]) {
        for (let done = 0; done < part.length; ) done += writeSync(fd, part, done);
      }
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  }
}

/** The newest whole checkpoint with this tag, or null. Damaged ones are passed over: they only cost time. */
export function loadCheckpoint(folder: string, tag: string): Checkpoint | null {
  const found = [0, 1].map((turn) => readOne(fileFor(folder, turn))).filter((c) => c !== null && c.tag === tag);
  found.sort((a, b) => b!.sequence - a!.sequence);
  return found[0] ?? null;
}

function fileFor(folder: string, sequence: number): string {
  return join(folder, `checkpoint.${sequence % 2}`);
}

function readOne(path: string): Checkpoint | null {
  const bytes = bytesOf(path);
  if (!bytes) return null;
  const start = magic.length + 4;
  if (bytes.length < start + 4 || bytes.toString('latin1', 0, magic.length) !== magic) return null;
  if (crc32(bytes.subarray(0, bytes.length - 4)) !== bytes.readUInt32LE(bytes.length - 4)) return null;
  const headEnd = start + bytes.readUInt32LE(magic.length);
  const header = JSON.parse(bytes.toString('utf8', start, headEnd)) as Header;
  const arrays: Record<string, StoredValues> = {};
  let at = headEnd;
  for (const { name, dtype, bytes: length } of header.arrays) {
    // A copy: the typed array needs its own aligned buffer.
    arrays[name] = makers[dtype](new Uint8Array(bytes.subarray(at, at + length)).buffer);
    at += length;
  }
  return { sequence: header.sequence, tag: header.tag, tilesDone: header.tilesDone, meta: header.meta, arrays };
}

/** Null when it is not there or cannot be read: starting again costs only time. */
function bytesOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
