/** Answers questions about a finished comparison from its tables. */
import { encodeColumns } from '../../protocol/columns-file.ts';
import type { DeJob } from '../../protocol/jobs.ts';
import { findSlots } from '../results/slots.ts';
import { answerDe, conditionFile } from '../views/de.ts';
import { writeDeCsv } from '../views/de-export.ts';
import { openDeTables } from '../views/de-tables.ts';
import { replaceFile } from './replace-file.ts';

export interface DeHost {
  answer(answer: unknown): void;
  readonly signal: AbortSignal;
}

/** Returns the memory used, in bytes. @throws not-found, corrupt-result, disk-full, cancelled. */
export async function runDeLook({ results, wanted }: DeJob, host: DeHost): Promise<number> {
  const tables = openDeTables(findSlots(results.map((result) => result.path)));
  switch (wanted.kind) {
    case 'answer':
      host.answer(answerDe(tables, wanted.ask, host.signal));
      break;
    case 'condition':
      replaceFile(wanted.target, encodeColumns(conditionFile(tables, wanted.stratum, wanted.condition)));
      host.answer({ target: wanted.target });
      break;
    case 'csv':
      host.answer({ target: wanted.target, rows: writeDeCsv(wanted.target, tables, wanted.rows, host.signal) });
      break;
    default:
      wanted satisfies never;
  }
  return process.memoryUsage.rss();
}
