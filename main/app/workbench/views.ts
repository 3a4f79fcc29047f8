/** Pictures' data as bytes: made by an engine of their own beside whatever runs, and kept under a name that tells all they depend on. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { PointsQuery } from '../../../protocol/api.routes.ts';
import type { JobEvent } from '../../../protocol/events.ts';
import { asJobId } from '../../../protocol/ids.ts';
import type { ViewAnswer } from '../../../protocol/jobs.ts';
import { callEngine } from '../../engine/call.ts';
import type { StartEngine } from '../../engine/contract.ts';
import { findRun } from '../../jobs/past-run.ts';
import type { Workspace } from '../../workspace.ts';

export interface ViewCache {
  /** The view file's bytes, and the tag under which a browser may keep them. @throws not-found, unknown-column... */
  points(query: PointsQuery, signal?: AbortSignal, onEvent?: (event: JobEvent) => void): Promise<{ readonly bytes: Uint8Array; readonly tag: string }>;
}

/** Bytes of view files that are kept. */
const mostBytes = 512 * 2 ** 20;

export function createViewCache(workspace: Workspace, start: StartEngine): ViewCache {
  const folder = join(workspace.folders.cache, 'views');
  /** Pictures in the making: two pages that ask for one thing share it. */
  const making = new Map<string, Promise<void>>();
  const make = async (query: PointsQuery, target: string, signal?: AbortSignal, onEvent?: (event: JobEvent) => void): Promise<void> => {
    const run = findRun(workspace, query.run);
    mkdirSync(folder, { recursive: true });
    await callEngine<ViewAnswer>(
      {
        kind: 'view', id: asJobId(randomUUID()), target, plates: run.plates, genes: run.recipe.genes, results: run.results, basis: query.basis,
        color: query.color ?? null, ...(query.gene === undefined ? {} : { gene: query.gene }), cache: workspace.folders.cache, maxPoints: query.most, seed: run.recipe.seed, axes: [query.x, query.y],
      },
      { start, ...(signal ? { signal } : {}), ...(onEvent ? { onEvent } : {}) },
    );
    sweep(folder, target);
  };
  return {
    async points(query, signal, onEvent) {
      const run = findRun(workspace, query.run);
      const parts = [run.results.map((result) => result.path.split('/').at(-1)), run.plates.map((plate) => plate.fingerprint), query.basis, query.color ?? null, query.gene ?? null, query.x, query.y, query.most];
      const tag = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
      const target = join(folder, `${tag}.view`);
      if (!existsSync(target)) {
        const going = making.get(tag) ?? make(query, target, signal, onEvent).finally(() => making.delete(tag));
        making.set(tag, going);
        await going;
      }
      // What is looked at stays longest.
      utimesSync(target, new Date(), new Date());
      return { bytes: readFileSync(target), tag };
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
