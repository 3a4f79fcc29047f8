/**
 * One table of cells: obs and embeddings as CSV (RFC 4180, UTF-8, CRLF). Texts that a spreadsheet would take for a formula
 * get a leading apostrophe; numbers stay as they are.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { systemFailure } from '../../protocol/errors.ts';
import { openStored } from '../results/array.ts';
import type { AnnDataSource } from './anndata.ts';
import { stopIfCancelled } from './anndata.ts';
import type { ArrayNumbers } from './axis.ts';
import type { ObsColumn } from './obs-plan.ts';
import { obsRows, type ObsValues } from './obs-rows.ts';

/** A text as one field. */
export function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The shortest digits that read back as the same number; empty when missing. */
export function csvNumber(value: number, single = false): string {
  if (Number.isNaN(value)) return '';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (!single || Number.isInteger(value)) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** Returns the size in bytes. */
export async function writeCsv(path: string, source: Pick<AnnDataSource, 'axis' | 'slots' | 'obs' | 'signal' | 'report'>): Promise<number> {
  const { axis, slots, obs, signal, report } = source;
  const embeddings = slots.names('obsm').map((name) => ({ name, array: openStored(slots.path(`obsm/${name}`)!) }));
  const heads = embeddings.flatMap(({ name, array }) => Array.from({ length: array.shape[1] ?? 1 }, (_, i) => `${name}${i + 1}`));
  const file = openTextFile(path);
  try {
    file.write(`${['cell', ...obs.columns.map((column) => column.name), ...heads].map(csvText).join(',')}\r\n`);
    for await (const { slice, names, values } of obsRows(axis, obs.columns, true)) {
      stopIfCancelled(signal);
      const fields = obs.columns.map((column, i) => fieldOf(column, values[i]!));
      const positions = embeddings.map(({ array }) => ({ width: array.shape[1] ?? 1, values: axis.read(array, slice) }));
      for (let row = 0; row < names.length; row++) {
        let line = csvText(names[row]!);
        for (const field of fields) line += `,${field(row)}`;
        for (const { width, values: numbers } of positions) line += rowOf(numbers, row, width);
        file.write(`${line}\r\n`);
      }
      report(slice.keptStart + slice.kept.length, axis.kept);
    }
    return file.close();
  } finally {
    file.abandon();
  }
}

function rowOf(values: ArrayNumbers, row: number, width: number): string {
  let out = '';
  for (let c = 0; c < width; c++) out += `,${csvNumber(values[row * width + c]!, values instanceof Float32Array)}`;
  return out;
}

function fieldOf(column: ObsColumn, values: ObsValues): (row: number) => string {
  if (Array.isArray(values)) return (row) => csvText(values[row]!);
  if (column.kind === 'categorical') {
    const labels = column.categories.map(csvText);
    return (row) => labels[values[row]!] ?? '';
  }
  if (column.kind === 'number' && column.dtype === 'bool') return (row) => (values[row] === 1 ? 'True' : 'False');
  return (row) => csvNumber(values[row]!, values instanceof Float32Array);
}

const gatherBytes = 1 << 20;

export function openTextFile(path: string): { write(text: string): void; close(): number; abandon(): void } {
  const guarded = <T>(act: () => T): T => {
    try {
      return act();
    } catch (cause) {
      throw systemFailure(cause, path) ?? cause;
    }
  };
  const fd = guarded(() => openSync(path, 'w'));
  const gathered = Buffer.allocUnsafe(gatherBytes);
  let open = true;
  let filled = 0;
  let bytes = 0;
  const put = (buffer: Buffer): void => {
    for (let done = 0; done < buffer.length; ) done += guarded(() => writeSync(fd, buffer, done, buffer.length - done));
    bytes += buffer.length;
  };
  const flush = (): void => {
    put(gathered.subarray(0, filled));
    filled = 0;
  };
  return {
    write(text) {
      // A character takes three bytes of UTF-8 at most (a pair of surrogates four).
      if (filled + text.length * 3 > gatherBytes) flush();
      if (text.length * 3 > gatherBytes) put(Buffer.from(text, 'utf8'));
      else filled += gathered.write(text, filled, 'utf8');
    },
    close() {
      flush();
      guarded(() => fsyncSync(fd));
      open = false;
      guarded(() => closeSync(fd));
      return bytes;
    },
    abandon() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}
