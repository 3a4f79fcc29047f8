/** Pictures' data as bytes: made by engines of their own beside whatever runs, and kept under a name that tells all they depend on. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { ColumnsRequest, DeRequest, PointsQuery, RasterRequest } from '../../../protocol/api.routes.ts';
import type { CellsRequest } from '../../../protocol/api.ts';
import type { DeAnswer, DeAsk } from '../../../protocol/de.ts';
import type { JobEvent } from '../../../protocol/events.ts';
import { failure } from '../../../protocol/errors.ts';
import { asJobId } from '../../../protocol/ids.ts';
import type { CellsAnswer, ColumnsJob, DeJob, RasterJob, ViewJob } from '../../../protocol/jobs.ts';
import { callEngine } from '../../engine/call.ts';
import type { StartEngine } from '../../engine/contract.ts';
import { findRun, type PastRun } from '../../jobs/past-run.ts';
import { createShared } from './shared.ts';
import type { Workspace } from '../../workspace.ts';

/** A file's bytes, and the tag under which a browser may keep them. */
export interface ViewBytes {
  readonly bytes: Uint8Array;
  readonly tag: string;
}

export interface Views {
  /** @throws not-found, unknown-column, invalid-parameter... as do the others */
  points(query: PointsQuery, signal?: AbortSignal, onEvent?: (event: JobEvent) => void): Promise<ViewBytes>;
  raster(request: RasterRequest, signal?: AbortSignal): Promise<ViewBytes>;
  columns(request: ColumnsRequest, signal?: AbortSignal): Promise<ViewBytes>;
  cells(request: CellsRequest, signal?: AbortSignal): Promise<CellsAnswer>;
  /** All genes of a condition of a comparison. */
  condition(request: DeRequest, signal?: AbortSignal): Promise<ViewBytes>;
  comparison(run: string, ask: DeAsk, signal?: AbortSignal): Promise<DeAnswer>;
}

/** Bytes of view files that are kept. */
const mostBytes = 512 * 2 ** 20;

export function createViews(workspace: Workspace, start: StartEngine): Views {
  const folder = join(workspace.folders.cache, 'views');
  const shared = createShared();
  const call = <Answer>(job: Parameters<StartEngine>[0], signal?: AbortSignal, onEvent?: (event: JobEvent) => void): Promise<Answer | undefined> =>
    callEngine<Answer>(job, { start, ...(signal ? { signal } : {}), ...(onEvent ? { onEvent } : {}) });

  const kept = async (run: PastRun, request: unknown, make: (target: string) => ViewJob | RasterJob | ColumnsJob | DeJob, signal?: AbortSignal, onEvent?: (event: JobEvent) => void): Promise<ViewBytes> => {
    const parts = [run.results.map((result) => result.path.split('/').at(-1)), run.plates.map((plate) => plate.fingerprint), request];
    const tag = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
    const target = join(folder, `${tag}.view`);
    if (!existsSync(target)) {
      mkdirSync(folder, { recursive: true });
      await shared(tag, async (stop) => {
        await call(make(target), stop, onEvent);
        sweep(folder, target);
      }, signal);
    }
    // What is looked at stays longest.
    utimesSync(target, new Date(), new Date());
    return { bytes: readFileSync(target), tag };
  };
  const look = ({ plates, recipe, results }: PastRun) => ({ id: asJobId(randomUUID()), plates, genes: recipe.genes, results, cache: workspace.folders.cache });

  return {
    points(query, signal, onEvent) {
      const run = findRun(workspace, query.run);
      const { basis, color, gene, x, y, most } = query;
      return kept(run, ['points', basis, color ?? null, gene ?? null, x, y, most], (target) => ({
        ...look(run), kind: 'view', target, basis, color: color ?? null, ...(gene === undefined ? {} : { gene }), maxPoints: most, seed: run.recipe.seed, axes: [x, y],
      }), signal, onEvent);
    },
    raster({ run: id, ...request }, signal) {
      const run = findRun(workspace, id);
      return kept(run, ['raster', request], (target) => ({ ...look(run), kind: 'raster', target, ...request }), signal);
    },
    columns({ run: id, unfiltered, ...request }, signal) {
      const run = findRun(workspace, id);
      const filter = run.results.findIndex((result) => result.step === 'filter');
      const results = unfiltered && filter >= 0 ? run.results.slice(0, filter) : run.results;
      return kept({ ...run, results }, ['columns', request], (target) => ({ ...look(run), kind: 'columns', results, target, ...request, seed: run.recipe.seed }), signal);
    },
    condition({ run: id, stratum, condition }, signal) {
      const run = findRun(workspace, id);
      return kept(run, ['de', stratum, condition], (target) => ({ kind: 'de', id: asJobId(randomUUID()), results: run.results, wanted: { kind: 'condition', stratum, condition, target } }), signal);
    },
    async comparison(id, ask, signal) {
      const answer = await call<DeAnswer>({ kind: 'de', id: asJobId(randomUUID()), results: findRun(workspace, id).results, wanted: { kind: 'answer', ask } }, signal);
      if (!answer) throw failure('internal', { detail: 'the engine answered nothing' });
      return answer;
    },
    async cells({ run: id, ...request }, signal) {
      const answer = await call<CellsAnswer>({ ...look(findRun(workspace, id)), kind: 'cells', ...request }, signal);
      if (!answer) throw failure('internal', { detail: 'the engine answered nothing' });
      return answer;
    },
  };
}

/** Drops the pictures that were looked at longest ago, never the one just made. */
function sweep(folder: string, keep: string): void {
  const files = readdirSync(folder).map((name) => join(folder, name)).filter((path) => path !== keep).map((path) => ({ path, stat: statSync(path, { throwIfNoEntry: false }) }));
  let bytes = statSync(keep).size;
  for (const { path, stat } of files.sort((a, b) => (b.stat?.mtimeMs ?? 0) - (a.stat?.mtimeMs ?? 0))) {
    bytes += stat?.size ?? 0;
    if (bytes > mostBytes) rmSync(path, { force: true });
  }
}
