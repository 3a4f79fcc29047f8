/** Loader settings looked for from the workbench: one search at a time, beside no run; the last answer is kept in the workspace. */
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DesignState, DesignWish } from '../../../protocol/api.loading.ts';
import { failure, isKind, toErrorData } from '../../../protocol/errors.ts';
import { asJobId } from '../../../protocol/ids.ts';
import type { LoaderAnswer, LoaderJob } from '../../../protocol/loading.ts';
import { findDataset, listDatasets } from '../../catalog/datasets.ts';
import { callEngine } from '../../engine/call.ts';
import type { StartEngine } from '../../engine/contract.ts';
import { probeHardware } from '../../preflight/hardware.ts';
import type { Workspace } from '../../workspace.ts';

export interface Designs {
  state(): DesignState | null;
  /** @throws busy, not-found, no-datasets */
  start(wish: DesignWish): void;
  stop(): boolean;
  close(): Promise<void>;
}

const keptName = 'loader-design.json';

export function createDesigns(workspace: Workspace, start: StartEngine): Designs {
  let shown: DesignState | null = readKept(workspace.root);
  let stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const work = async (job: LoaderJob): Promise<void> => {
    try {
      const answer = await callEngine<LoaderAnswer>(job, {
        start, signal: stop.signal,
        onEvent(event) {
          if (event.kind === 'progress') shown = { ...shown!, done: event.done, total: event.total, unit: event.unit, etaSeconds: event.etaSeconds };
        },
      });
      if (!answer) throw failure('internal', { detail: 'the engine gave no answer' });
      shown = { ...shown!, state: 'done', answer, etaSeconds: null };
      writeFileSync(join(workspace.root, `${keptName}.new`), JSON.stringify(shown));
      renameSync(join(workspace.root, `${keptName}.new`), join(workspace.root, keptName));
    } catch (thrown) {
      const stopped = isKind(thrown, 'cancelled');
      shown = { ...shown!, state: stopped ? 'stopped' : 'failed', error: stopped ? null : toErrorData(thrown), etaSeconds: null };
    }
  };
  return {
    state: () => shown,
    start(wish) {
      if (shown?.state === 'going') throw failure('busy', { what: 'Another search for loader settings' });
      const job = jobOf(workspace, wish);
      const settings = wish.blocks.length * wish.fetches.length;
      shown = {
        wish, state: 'going', startedAt: new Date().toISOString(), done: 0, total: settings, unit: 'settings', answer: null, error: null,
        etaSeconds: wish.seconds === 0 ? null : settings * (wish.seconds + wish.warmSeconds),
      };
      stop = new AbortController();
      running = work(job);
    },
    stop() {
      stop.abort();
      return shown?.state === 'going';
    },
    async close() {
      stop.abort();
      await running;
    },
  };
}

function jobOf(workspace: Workspace, wish: DesignWish): LoaderJob {
  const rows = wish.datasets === null ? listDatasets(workspace.catalog) : wish.datasets.map((name) => {
    const row = findDataset(workspace.catalog, name);
    if (!row) throw failure('not-found', { what: 'dataset', name, near: [] });
    return row;
  });
  if (rows.length === 0) throw failure('no-datasets', { workspace: workspace.root });
  const { datasets: _, workers, ...asked } = wish;
  return {
    kind: 'loader', id: asJobId(randomUUID()), files: rows.map(({ path }) => path), ...asked,
    workers: workers ?? Math.max(1, Math.min(16, Math.floor(probeHardware(workspace.root, { memoryBytes: null, workers: null }).workers / 2))),
    seed: 0, verified: false, order: null,
  };
}

function readKept(root: string): DesignState | null {
  try {
    const kept = JSON.parse(readFileSync(join(root, keptName), 'utf8')) as DesignState;
    return kept.state === 'done' && kept.answer !== null ? kept : null;
  } catch {
    // None yet, or damaged: it can be looked for again.
    return null;
  }
}
