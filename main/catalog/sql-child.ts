/** The process that runs one statement of a user read-only: it can be killed at any moment, whatever SQLite is doing. */
import Database from 'better-sqlite3';
import { messageOf } from '../../protocol/errors.ts';

interface Ask { readonly path: string; readonly sql: string; readonly mostRows: number }

export type SqlReply =
  | { readonly kind: 'rows'; readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[]; readonly more: boolean }
  | { readonly kind: 'refused'; readonly reason: string };

process.once('message', (message) => {
  process.send!(answer(message as Ask), undefined, undefined, () => process.exit(0));
});

function answer({ path, sql, mostRows }: Ask): SqlReply {
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true });
    const statement = db.prepare(sql).safeIntegers();
    if (!statement.readonly) return { kind: 'refused', reason: 'it would write' };
    if (!statement.reader) return { kind: 'refused', reason: 'it returns no rows' };
    const rows: unknown[][] = [];
    for (const row of statement.raw().iterate()) {
      if (rows.length === mostRows) return { kind: 'rows', columns: names(statement), rows, more: true };
      rows.push((row as unknown[]).map(plain));
    }
    return { kind: 'rows', columns: names(statement), rows, more: false };
  } catch (thrown) {
    return { kind: 'refused', reason: messageOf(thrown) };
  }
}

/** Two columns of one name would be one in JSON. */
function names(statement: Database.Statement): string[] {
  const given = statement.columns().map(({ name }) => name);
  return given.map((name, i) => {
    const before = given.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name}_${before + 1}`;
  });
}

/** Bytes as their number, long numbers as texts: both go out as JSON. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return `(${value.length} bytes)`;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  return value;
}
