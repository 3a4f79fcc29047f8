/** Bare arrays of numbers in files, read by position: what a memory map would give, through pread and the page cache. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { failure, systemFailure } from '../../../protocol/errors.ts';
import type { CsrSource } from '../csr-source.ts';
import { startOf } from '../rows/pointers.ts';
import { scdlBytes, scdlFiles, type ScdlSpec, type ScdlType } from './contract.ts';

export interface BareArray {
  readonly length: number;
  /** Elements [start, end) into the first places of `out`. */
  read(start: number, end: number, out: Float64Array | Float32Array | Int32Array): void;
  close(): void;
}

/** A file written by np.save begins with this; np.memmap writes numbers only. */
const npyMagic = '\x93NUMPY';

/** Errors: file-not-found, not-permitted, io-failed, truncated-file. */
export function openBare(path: string, type: ScdlType): BareArray {
  const bytes = scdlBytes[type];
  let scratch = new ArrayBuffer(0);
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (thrown) {
    throw systemFailure(thrown, path) ?? thrown;
  }
  const head = headerBytes(fd);
  const length = Math.floor((fstatSync(fd).size - head) / bytes);
  return {
    length,
    read(start, end, out) {
      const wanted = (end - start) * bytes;
      if (scratch.byteLength < wanted) scratch = new ArrayBuffer(Math.ceil(wanted * 1.25 / 8) * 8);
      const view = new Uint8Array(scratch, 0, wanted);
      for (let got = 0; got < wanted; ) {
        let more: number;
        try {
          more = readSync(fd, view, got, wanted - got, head + start * bytes + got);
        } catch (thrown) {
          throw systemFailure(thrown, path) ?? thrown;
        }
        if (more === 0) throw failure('truncated-file', { path, expectedBytes: head + end * bytes, actualBytes: head + start * bytes + got });
        got += more;
      }
      convert(scratch, type, end - start, out);
    },
    close: () => closeSync(fd),
  };
}

function headerBytes(fd: number): number {
  const head = Buffer.alloc(12);
  if (readSync(fd, head, 0, 12, 0) < 12 || head.toString('latin1', 0, 6) !== npyMagic) return 0;
  return head[6] === 1 ? 10 + head.readUInt16LE(8) : 12 + head.readUInt32LE(8);
}

function convert(buffer: ArrayBuffer, type: ScdlType, count: number, out: Float64Array | Float32Array | Int32Array): void {
  switch (type) {
    case 'uint8':
      return out.set(new Uint8Array(buffer, 0, count));
    case 'uint16':
      return out.set(new Uint16Array(buffer, 0, count));
    case 'uint32':
      return out.set(new Uint32Array(buffer, 0, count));
    case 'float32':
      return out.set(new Float32Array(buffer, 0, count));
    case 'float64':
      return out.set(new Float64Array(buffer, 0, count));
    case 'uint64': {
      const words = new Uint32Array(buffer, 0, 2 * count);
      for (let i = 0; i < count; i++) out[i] = words[2 * i]! + words[2 * i + 1]! * 2 ** 32;
      return;
    }
    case 'float16': {
      const bits = new Uint16Array(buffer, 0, count);
      for (let i = 0; i < count; i++) out[i] = fromHalf(bits[i]!);
    }
  }
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Errors while reading: those of openBare. Row pointers come with the spec. */
export function scdlCsr(spec: ScdlSpec): CsrSource {
  const values = openBare(join(spec.folder, scdlFiles.values), spec.values);
  const ids = openBare(join(spec.folder, scdlFiles.ids), spec.ids);
  return {
    path: spec.folder, element: 'X', nObs: spec.nObs, nVars: spec.nVars, stored: spec.stored,
    pointers: (rowStart, rowEnd) => Float64Array.from({ length: rowEnd - rowStart + 1 }, (_, i) => (rowStart + i === spec.nObs ? spec.stored : startOf(spec.pointers, rowStart + i))),
    entries(start, end, indices, out) {
      ids.read(start, end, indices);
      values.read(start, end, out);
    },
    close() {
      values.close();
      ids.close();
    },
  };
}
