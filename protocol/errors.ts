/**
 * Every failure a user can meet, as one tagged union: what happened (`kind` + `facts`), in words (`message`), and the
 * next step (`remedy`). Thrown as TruckeeError inside a process, sent between processes as plain ErrorData.
 */
import type { ErrorFacts } from './errors.facts.ts';
import { errorWords } from './errors.table.ts';

export type ErrorKind = keyof ErrorFacts;

/** Plain, structured-cloneable form; also the public JSON of a refusal. Causes are messages, never stack traces. */
export interface ErrorData {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly remedy: string;
  readonly cause?: string;
}

export class TruckeeError extends Error {
  readonly data: ErrorData;

  constructor(data: ErrorData, options?: { cause?: unknown }) {
    super(data.message, options);
    this.name = 'TruckeeError';
    this.data = data;
  }

  get kind(): ErrorKind {
    return this.data.kind;
  }
}

/** Builds the error of one kind; words come from the table so that every place says the same thing the same way. */
export function failure<K extends ErrorKind>(kind: K, facts: ErrorFacts[K], cause?: unknown): TruckeeError {
  const words = errorWords[kind](facts);
  const data: ErrorData = {
    kind,
    ...words,
    facts: { ...facts },
    ...(cause === undefined ? {} : { cause: messageOf(cause) }),
  };
  return new TruckeeError(data, cause === undefined ? undefined : { cause });
}

export function isTruckeeError(value: unknown): value is TruckeeError {
  return value instanceof TruckeeError;
}

export function isKind<K extends ErrorKind>(value: unknown, kind: K): value is TruckeeError {
  return value instanceof TruckeeError && value.data.kind === kind;
}

/** The edge of a layer: known errors pass through, operating-system errors get a kind, anything else is `internal`. */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof TruckeeError) return thrown.data;
  const system = systemFailure(thrown);
  return (system ?? failure('internal', { detail: messageOf(thrown) }, thrown)).data;
}

/** Maps an error of the file system (ENOSPC, EACCES, ENOENT...) or of SQLite to its kind; undefined when it is neither. */
export function systemFailure(thrown: unknown, path?: string): TruckeeError | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return undefined;
  const file = path ?? ('path' in thrown && typeof thrown.path === 'string' ? thrown.path : '(unknown file)');
  switch (thrown.code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return failure('disk-full', { path: file, code: thrown.code }, thrown);
    case 'ENOENT':
      return failure('file-not-found', { path: file }, thrown);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return failure('not-permitted', { path: file, code: thrown.code }, thrown);
    default:
      // Any other call to the system that failed (EIO, EMFILE, EISDIR, ESTALE...) names itself.
      return 'syscall' in thrown ? failure('io-failed', { path: file, code: thrown.code }, thrown) : sqliteFailure(thrown, thrown.code, path);
  }
}

/** SQLite's codes, as the catalog throws them from any statement. */
function sqliteFailure(thrown: Error, code: string, path = 'the catalog of the workspace'): TruckeeError | undefined {
  if (!code.startsWith('SQLITE_')) return undefined;
  if (code === 'SQLITE_FULL') return failure('disk-full', { path, code }, thrown);
  if (/^SQLITE_(READONLY|PERM|AUTH)/.test(code)) return failure('not-permitted', { path, code }, thrown);
  // What our statements name has been there since the catalog was made: somebody took it out.
  const missing = code === 'SQLITE_ERROR' && /^no such (table|column)/.test(thrown.message);
  if (missing || /^SQLITE_(CORRUPT|NOTADB)/.test(code)) return failure('corrupt-file', { path, element: 'the catalog', reason: thrown.message }, thrown);
  // Whoever holds it may be a backup or a browser of databases: no fault of the disk.
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return failure('busy', { what: "Another program's work on the catalog of the workspace" }, thrown);
  return failure('io-failed', { path, code }, thrown);
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
