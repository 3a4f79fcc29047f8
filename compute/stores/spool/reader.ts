/** A finished spool file as a row-order source: plain reads at offsets, no decoding. */
import { crc32 } from 'node:zlib';
import { failure, isTruckeeError, messageOf } from '../../../protocol/errors.ts';
import type { CsrSource } from '../csr-source.ts';
import { openPlain, type PlainFile } from '../../../io/plain-file.ts';
import { decodeSpoolHeader, spoolHeaderBytes, type SpoolHeader } from './format.ts';

/** Pointers checksummed at a time (1 MiB). */
const checkSlice = 131_072;

/**
 * Opens and checks header and row pointers. Errors: file-not-found, corrupt-file (wrong version, cut short, checksum).
 */
export function openSpool(path: string): CsrSource {
  const file = openPlain(path, 'r');
  try {
    const header = readHeader(file);
    checkPointersCrc(file, header);
    return sourceOver(file, header);
  } catch (thrown) {
    file.close();
    if (isTruckeeError(thrown)) throw thrown;
    throw failure('corrupt-file', { path, element: 'the row-order copy', reason: messageOf(thrown) }, thrown);
  }
}

function readHeader(file: PlainFile): SpoolHeader {
  const size = file.size();
  const bytes = new Uint8Array(Math.min(spoolHeaderBytes, size));
  file.readInto(0, bytes);
  return decodeSpoolHeader(bytes, size);
}

function checkPointersCrc(file: PlainFile, header: SpoolHeader): void {
  let crc = 0;
  for (let row = 0; row <= header.nObs; row += checkSlice) {
    const slice = new Float64Array(Math.min(checkSlice, header.nObs + 1 - row));
    file.readInto(header.pointersAt + 8 * row, slice);
    crc = crc32(new Uint8Array(slice.buffer), crc);
  }
  if (crc !== header.pointersCrc) throw new Error('its row pointers fail their checksum');
}

function sourceOver(file: PlainFile, header: SpoolHeader): CsrSource {
  return {
    path: file.path,
    element: 'the row-order copy',
    nObs: header.nObs,
    nVars: header.nVars,
    stored: header.stored,
    pointers: (rowStart, rowEnd) => {
      const out = new Float64Array(rowEnd - rowStart + 1);
      file.readInto(header.pointersAt + 8 * rowStart, out);
      return out;
    },
    entries: (start, end, indices, values) => {
      file.readInto(header.indicesAt + 4 * start, indices.subarray(0, end - start));
      file.readInto(header.valuesAt + 4 * start, values.subarray(0, end - start));
    },
    close: () => file.close(),
  };
}
