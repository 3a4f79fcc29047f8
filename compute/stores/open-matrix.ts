/** The one way from a matrix spec to rows: chooses the reader by how the matrix is stored. */
import { failure } from '../../protocol/errors.ts';
import type { MatrixFacts } from '../../protocol/matrix.ts';
import type { ArrayReader } from '../hdf5/index.ts';
import type { MatrixReader, MatrixSpec, OpenMatrix } from './contract.ts';
import { csrReader } from './csr-reader.ts';
import type { CsrSource } from './csr-source.ts';
import { denseReader } from './dense-reader.ts';
import { openArrays } from './open-arrays.ts';
import { packReader } from './pack/reader.ts';
import { openSpool } from './spool/reader.ts';

/**
 * A reader of rows in order; files are opened with the first block. Errors while reading: file-not-found, corrupt-file,
 * corrupt-chunk (in rows), cancelled; internal for a matrix in column order without its row-order copy.
 */
export const openMatrix: OpenMatrix = (spec, arena): MatrixReader => {
  switch (spec.kind) {
    case 'csr':
      return csrReader(async () => hdf5Csr(await openArrays([spec.data, spec.indices, spec.indptr]), spec.facts), spec.facts, arena);
    case 'dense':
      return denseReader(async () => (await openArrays([spec.values]))[0]!, spec.facts, arena);
    case 'columns':
      return csrReader(async () => spoolOf(spec), spec.facts, arena);
    case 'pack':
      return packReader(spec.path, spec.facts, arena);
  }
};

/** Three datasets as a row-order source. Entries are converted straight into the caller's arrays. */
export function hdf5Csr(readers: readonly ArrayReader[], facts: MatrixFacts): CsrSource {
  const [data, indices, indptr] = [readers[0]!, readers[1]!, readers[2]!];
  return {
    path: data.spec.file,
    element: data.spec.name.replace(/\/data$/, ''),
    nObs: facts.nObs,
    nVars: facts.nVars,
    stored: facts.stored,
    pointers: (rowStart, rowEnd) => {
      const out = new Float64Array(rowEnd - rowStart + 1);
      indptr.readInto(rowStart, rowEnd + 1, out, 0);
      return out;
    },
    entries: (start, end, genes, values) => {
      indices.readInto(start, end, genes, 0);
      data.readInto(start, end, values, 0);
    },
    close: () => readers.forEach((reader) => reader.close()),
  };
}

/** The row-order copy of a matrix in column order. */
export function spoolOf(spec: MatrixSpec & { kind: 'columns' }): CsrSource {
  if (spec.spool === null) throw failure('internal', { detail: `${spec.facts.slot} is in column order and has no row-order copy yet` });
  const source = openSpool(spec.spool);
  const { nObs, nVars } = spec.facts;
  if (source.nObs === nObs && source.nVars === nVars) return source;
  source.close();
  throw failure('corrupt-file', {
    path: spec.spool, element: 'the row-order copy', reason: `it is ${source.nObs} x ${source.nVars}, not ${nObs} x ${nVars}`,
  });
}
