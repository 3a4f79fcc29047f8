/**
 * Entries of a Matrix Market file, parsed from its bytes: no string is made for ordinary integers, since a plate in this
 * form has tens of gigabytes of digits.
 */
import { failure } from '../../../protocol/errors.ts';
import { batchEntries, emptyBatch, type EntrySource } from '../spool/entries.ts';
import { wholeLines } from './bytes.ts';
import { readMtxHeader } from './header.ts';
import { endLine, nextNumber, type NumberCursor } from './numbers.ts';

const newline = 10;
const percent = 37;

/**
 * 10x files list genes as rows and cells as columns; the other orientation is recognised by its size. Errors while
 * reading: those of the header, corrupt-file for entries that cannot be read, lie outside, or are too few or too many.
 */
export function mtxEntries(path: string, nObs: number, nVars: number): EntrySource {
  const damaged = (reason: string) => failure('corrupt-file', { path, element: 'the matrix', reason });
  return {
    sumsDuplicates: true,
    async *batches() {
      const header = await readMtxHeader(path);
      const genesFirst = header.rows === nVars && header.columns === nObs;
      if (!genesFirst && !(header.rows === nObs && header.columns === nVars)) {
        throw damaged(`it is ${header.rows} x ${header.columns} where ${nVars} genes and ${nObs} cells are listed`);
      }
      const batch = emptyBatch();
      let seen = 0;
      let inHeader = true;
      for await (const bytes of wholeLines(path)) {
        const cursor: NumberCursor = { bytes, at: 0 };
        while (cursor.at < bytes.length) {
          if (inHeader || bytes[cursor.at] === newline) {
            inHeader = inHeader && isBeforeSize(bytes, cursor.at);
            cursor.at = bytes.indexOf(newline, cursor.at) + 1;
            continue;
          }
          const first = nextNumber(cursor);
          const second = nextNumber(cursor);
          const value = header.values === 'pattern' ? 1 : readValue(cursor);
          if (value === null || !endLine(cursor)) throw damaged(`entry ${seen + 1} cannot be read`);
          const gene = (genesFirst ? first : second) - 1;
          const row = (genesFirst ? second : first) - 1;
          if (!isPlace(gene, nVars) || !isPlace(row, nObs)) throw damaged(`entry ${seen + 1} lies outside the matrix`);
          batch.rows[batch.count] = row;
          batch.genes[batch.count] = gene;
          batch.values[batch.count] = value;
          seen++;
          if (++batch.count < batchEntries) continue;
          yield batch;
          batch.count = 0;
        }
      }
      if (seen !== header.stored) throw damaged(`it announces ${header.stored} entries and holds ${seen}`);
      if (batch.count > 0) yield batch;
    },
    close: () => undefined,
  };
}

/** NaN, fractions and negative numbers fail too. */
function isPlace(value: number, length: number): boolean {
  return value >= 0 && value < length && Number.isInteger(value);
}

/** Comments and empty lines come before the size line, which is the last line of the header. */
function isBeforeSize(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === percent || bytes[at] === newline;
}

/** Null when there is no value; nan in letters is one. */
function readValue(cursor: NumberCursor): number | null {
  const start = cursor.at;
  const value = nextNumber(cursor);
  if (!Number.isNaN(value)) return value;
  const word = String.fromCharCode(...cursor.bytes.subarray(start, cursor.at)).trim().toLowerCase();
  return word === 'nan' || word === '-nan' ? NaN : null;
}
