/** Answers a question about the cells of registered plates, one plate after the other, without reading a value of X. */
import { failure } from '../../protocol/errors.ts';
import type { PlateInput, PlateMatches, QueryJob, QueryJobAnswer } from '../../protocol/jobs.ts';
import { columnsOf, parseWhere } from '../../protocol/where.ts';
import { cachedColumn } from '../columns/cached.ts';
import { countMatches } from '../columns/matches.ts';
import { rowPlaces } from '../columns/row-places.ts';
import { openPlate } from '../stores/index.ts';

export interface QueryHost {
  answer(answer: QueryJobAnswer): void;
  readonly signal: AbortSignal;
}

/** @throws unknown-column with the plate, and what reading plates can throw */
export async function runQuery(job: QueryJob, host: QueryHost): Promise<number> {
  const startedAt = performance.now();
  const plates: PlateMatches[] = [];
  for (const [i, plate] of job.plates.entries()) plates.push(await queryPlate(plate, job.where[i] ?? null, job, host.signal));
  host.answer({ plates, seconds: (performance.now() - startedAt) / 1000 });
  return process.memoryUsage.rss();
}

async function queryPlate(input: PlateInput, expression: string | null, job: QueryJob, signal: AbortSignal): Promise<PlateMatches> {
  const plate = await openPlate(input.path);
  const places = await rowPlaces(plate.counts());
  try {
    const where = expression === null ? null : parseWhere(expression);
    const by = job.by.filter((name) => plate.obsColumns.includes(name));
    const names = new Set([...(where === null ? [] : columnsOf(where)), ...by]);
    const columns = new Map([...names].map((name) => [name, cachedColumn(plate, name, input.fingerprint, job.cache)]));
    return countMatches({
      rows: plate.nObs, columns, where, by, places,
      stopIfCancelled() {
        if (signal.aborted) throw failure('cancelled', { step: 'query' });
      },
    });
  } finally {
    places.close();
    plate.close();
  }
}
