/** Read-only SQL over the catalog for people: one statement, no attaching, no pragmas, limited rows and time. */
import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { residentBytes } from '../../io/process-life.ts';
import { failure } from '../../protocol/errors.ts';
import type { SqlReply } from './sql-child.ts';

export interface SqlRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** There were more rows than the limit. */
  readonly more: boolean;
}

/** Of the process that asks: itself, SQLite, and the rows found. */
const mostBytes = 400 * 1024 * 1024;
const tooLarge = 'it needed more memory than a question may use';

const child = fileURLToPath(new URL(`./sql-child${extname(import.meta.url)}`, import.meta.url));

/** @throws sql-refused, sql-limit, cancelled */
export async function runSql(path: string, sql: string, limits: { readonly mostRows: number; readonly seconds: number; readonly signal?: AbortSignal }): Promise<SqlRows> {
  const reason = refusal(sql);
  if (reason !== null) throw failure('sql-refused', { reason });
  const reply = await ask(path, sql, limits);
  if (reply.kind === 'refused') throw failure('sql-refused', { reason: reply.reason });
  const { columns, rows, more } = reply;
  return { columns, rows, more };
}

/** What SQLite itself would let through although it is no question about the data. */
function refusal(sql: string): string | null {
  const bare = sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, ' ').trim();
  if (bare === '') return 'it is empty';
  if (!/^(select|with|values|explain)\b/i.test(bare)) return `it begins with ${bare.split(/\s/)[0]!.slice(0, 20)}`;
  if (/\b(attach|detach|pragma|load_extension|pragma_\w+)\b/i.test(bare)) return 'ATTACH and PRAGMA are not allowed';
  if (/;\s*\S/.test(bare)) return 'it is more than one statement';
  return null;
}

function ask(path: string, sql: string, limits: { readonly mostRows: number; readonly seconds: number; readonly signal?: AbortSignal }): Promise<SqlReply> {
  return new Promise((resolve, reject) => {
    const runner = fork(child, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: ['--no-warnings', '--max-old-space-size=256'] });
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      clearInterval(watch);
      limits.signal?.removeEventListener('abort', onAbort);
      act();
      runner.kill('SIGKILL');
    };
    const onAbort = (): void => settle(() => reject(failure('cancelled', { step: 'sql' })));
    const timer = setTimeout(() => settle(() => reject(failure('sql-limit', { seconds: limits.seconds }))), limits.seconds * 1000);
    // SQLite as it is built here has no limit of its own: one text or blob may take a gigabyte.
    const watch = setInterval(() => {
      if (residentBytes(runner.pid) > mostBytes) settle(() => reject(failure('sql-refused', { reason: tooLarge })));
    }, 50);
    limits.signal?.addEventListener('abort', onAbort);
    runner.once('message', (message) => settle(() => resolve(message as SqlReply)));
    runner.once('exit', () => settle(() => reject(failure('sql-refused', { reason: tooLarge }))));
    runner.once('error', (cause) => settle(() => reject(failure('internal', { detail: 'the SQL process did not start' }, cause))));
    runner.send({ path, sql, mostRows: limits.mostRows });
  });
}
