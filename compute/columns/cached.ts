/** Column files kept between runs beside the catalog, named by the plate's fingerprint: a changed file never meets an old column. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemFailure } from '../../protocol/errors.ts';
import type { Fingerprint } from '../../protocol/ids.ts';
import type { PlateFile } from '../stores/contract.ts';
import { columnFileBytes, writeColumnFile, type ColumnRef } from './file.ts';

const version = 4;

/** The column's file, made now if it is not there or not whole. */
export function cachedColumn(plate: Pick<PlateFile, 'nObs' | 'obsColumn'>, name: string, fingerprint: Fingerprint, cache: string): ColumnRef {
  const base = baseOf(name, fingerprint, cache);
  const known = readRef(base, plate.nObs);
  if (known) return known;
  const part = `${base}.${process.pid}.part`;
  try {
    mkdirSync(dirname(base), { recursive: true });
    const ref = { ...writeColumnFile(plate, name, part), path: `${base}.column` };
    // The description goes last: without it the file is made again.
    rmSync(`${base}.json`, { force: true });
    renameSync(part, ref.path);
    writeFileSync(`${part}.json`, JSON.stringify({ version, name, ref: { ...ref, path: '' } }));
    renameSync(`${part}.json`, `${base}.json`);
    return ref;
  } catch (thrown) {
    for (const file of [part, `${part}.json`]) rmSync(file, { force: true });
    throw systemFailure(thrown, base) ?? thrown;
  }
}

/** The column's file when it is there already: no plate has to be opened for it. */
export function knownColumn(rows: number, name: string, fingerprint: Fingerprint, cache: string): ColumnRef | null {
  return readRef(baseOf(name, fingerprint, cache), rows);
}

function baseOf(name: string, fingerprint: Fingerprint, cache: string): string {
  return join(cache, 'columns', `${fingerprint.slice(0, 32)}-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`);
}

function readRef(base: string, rows: number): ColumnRef | null {
  try {
    const found = JSON.parse(readFileSync(`${base}.json`, 'utf8')) as { version: number; ref: ColumnRef };
    const ref = { ...found.ref, path: `${base}.column` };
    return found.version === version && ref.rows === rows && statSync(ref.path).size === columnFileBytes(ref) ? ref : null;
  } catch {
    // Not there, cut short, or of another version: it costs one reading to make it again.
    return null;
  }
}
