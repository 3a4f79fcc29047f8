/** CSV as RFC 4180 has it (quoted fields may hold commas, quotes and line breaks), plain or gzip, read as a stream. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { failure, isTruckeeError, messageOf, systemFailure } from '../../../protocol/errors.ts';
import { portionRows, type TableFile, type TableRow } from './contract.ts';

/** A field longer than this is no table cell but a quote that never ends. */
const longestField = 1 << 20;

/** Reads the header. @throws bad-table, file-not-found, not-permitted */
export async function openCsv(path: string): Promise<TableFile> {
  for await (const [header] of records(path, 1)) {
    if (!header || header.every((name) => name === '')) break;
    if (new Set(header).size < header.length) throw failure('bad-table', { path, row: 1, reason: 'two columns have the same name' });
    return { path, columns: header, portions: () => rows(path, header) };
  }
  throw failure('bad-table', { path, row: 1, reason: 'it has no header' });
}

async function* rows(path: string, columns: readonly string[]): AsyncGenerator<readonly TableRow[], void, void> {
  let number = 0;
  for await (const portion of records(path, portionRows)) {
    const start = number === 0 ? 1 : 0;
    const out: TableRow[] = [];
    for (const fields of portion.slice(start)) {
      if (fields.length === 1 && fields[0] === '') continue;
      if (fields.length !== columns.length) {
        throw failure('bad-table', { path, row: number + out.length + start + 1, reason: `it has ${fields.length} fields where the header names ${columns.length}` });
      }
      out.push(Object.fromEntries(columns.map((name, i) => [name, fields[i] === '' ? null : fields[i]!])));
    }
    number += portion.length;
    yield out;
  }
}

/** Records in portions of `size`. */
async function* records(path: string, size: number): AsyncGenerator<string[][], void, void> {
  const portion: string[][] = [];
  let record: string[] = [];
  let field = '';
  let quoted = false;
  /** A quote was seen inside a quoted field: it ends the field, or is the first of a doubled one. */
  let quoteSeen = false;
  let number = 0;
  const input = createReadStream(path);
  const stream: Readable = path.endsWith('.gz') ? input.pipe(createGunzip()) : input;
  input.on('error', (cause) => stream.destroy(cause));
  stream.setEncoding('utf8');
  const endRecord = (): void => {
    record.push(field.endsWith('\r') && !quoteSeen ? field.slice(0, -1) : field);
    portion.push(record);
    [record, field, quoteSeen] = [[], '', false];
    number += 1;
  };
  try {
    for await (const piece of stream as AsyncIterable<string>) {
      const text = number === 0 && record.length === 0 && field === '' ? piece.replace(/^\uFEFF/, '') : piece;
      for (const char of text) {
        if (quoted && !quoteSeen) {
          if (char === '"') quoteSeen = true;
          else field += char;
        } else if (quoted && char === '"') {
          field += '"';
          quoteSeen = false;
        } else {
          quoted = false;
          if (char === ',') {
            record.push(field);
            [field, quoteSeen] = ['', false];
          } else if (char === '\n') {
            endRecord();
          } else if (char === '"' && field === '') {
            quoted = true;
          } else if (!(char === '\r' && quoteSeen)) {
            field += char;
          }
        }
        if (field.length > longestField) throw failure('bad-table', { path, row: number + 1, reason: 'a quoted field does not end' });
      }
      while (portion.length >= size) yield portion.splice(0, size);
    }
  } catch (cause) {
    if (isTruckeeError(cause)) throw cause;
    throw systemFailure(cause, path) ?? failure('bad-table', { path, row: number + 1, reason: messageOf(cause) }, cause);
  } finally {
    input.destroy();
  }
  if (quoted && !quoteSeen) throw failure('bad-table', { path, row: number + 1, reason: 'a quoted field does not end' });
  if (field !== '' || record.length > 0) endRecord();
  if (portion.length > 0) yield portion;
}
