/**
 * The order of an epoch as files that other programs read: row ids as .npy, and a description of files and minibatches. The
 * Python loader beside them yields the same minibatches, and refuses files that are not what they were when the loader was opened.
 */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../io/make-folder.ts';
import { systemFailure } from '../../protocol/errors.ts';
import type { Loader } from './contract.ts';
import { pythonLoader } from './python-loader.ts';
import { pythonMatrix } from './python-matrix.ts';

/**
 * Writes DIR/order-EPOCH.npy for every epoch, DIR/order.json and DIR/truckee_order.py, and DIR/columns-FILE.npy for files whose genes
 * come in another order; returns the paths. Errors: unsupported-format for files that the Python loader does not read; file-not-found,
 * not-permitted, disk-full... of the folder.
 */
export function writeOrder(loader: Loader, folder: string, epochs: number): string[] {
  prepareOrder(loader.plates, folder);
  try {
    return writeFiles(loader, folder, epochs);
  } catch (thrown) {
    throw systemFailure(thrown) ?? thrown;
  }
}

/** What an order cannot do without, seen before anything is measured for it: files that Python can read, and the folder, which is made. Errors: those of writeOrder. */
export function prepareOrder(plates: readonly Pick<Loader['plates'][number], 'path' | 'own'>[], folder: string): void {
  plates.forEach(({ path, own }) => pythonMatrix(path, own));
  makeFolder(folder);
}

function writeFiles(loader: Loader, folder: string, epochs: number): string[] {
  const paths: string[] = [];
  const ends: number[][] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const path = join(folder, `order-${epoch}.npy`);
    const fd = openSync(path, 'w');
    try {
      // The header is written last: the number of rows is known only then.
      let rows = 0;
      const border: number[] = [];
      for (const batch of loader.order(epoch)) {
        writeSync(fd, new Uint8Array(batch.buffer, batch.byteOffset, batch.byteLength), 0, batch.byteLength, headerBytes + 4 * rows);
        rows += batch.length;
        border.push(rows);
      }
      writeSync(fd, npyHeader(rows, '<u4'), 0, headerBytes, 0);
      ends.push(border);
    } finally {
      closeSync(fd);
    }
    paths.push(path);
  }
  const about = {
    truckee_order: 3, cells: loader.cells, genes: loader.genes.length, batch: loader.layout.batch, epochs,
    files: loader.plates.map(({ path, own, rowOffset, cells, columns, stamp }, i) => {
      const name = columns === null ? null : `columns-${i}.npy`;
      if (columns !== null && name !== null) {
        writeFileSync(join(folder, name), Buffer.concat([npyHeader(columns.length, '<i4'), new Uint8Array(columns.buffer, columns.byteOffset, columns.byteLength)]));
        paths.push(join(folder, name));
      }
      return { path, stamp, offset: rowOffset, cells, ...pythonMatrix(path, own), columns: name };
    }),
    // Only where a reader of the files could not know them.
    gene_names: loader.plates.every(({ columns }) => columns === null) ? null : loader.genes,
    fetch: loader.layout.batch * loader.layout.fetchFactor,
    // Short minibatches only end fetches: their borders are listed rather than worked out.
    ends,
  };
  const description = join(folder, 'order.json');
  writeFileSync(description, JSON.stringify(about));
  const program = join(folder, 'truckee_order.py');
  writeFileSync(program, pythonLoader);
  return [...paths, description, program];
}

const headerBytes = 128;

/** Version 1.0 of numpy's format, padded to 128 bytes. */
function npyHeader(rows: number, type: '<u4' | '<i4'): Uint8Array {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${rows},), }`;
  const out = Buffer.alloc(headerBytes, ' ');
  out.write('\x93NUMPY\x01\x00', 0, 'latin1');
  out.writeUInt16LE(headerBytes - 10, 8);
  out.write(text, 10, 'latin1');
  out.write('\n', headerBytes - 1, 'latin1');
  return out;
}
