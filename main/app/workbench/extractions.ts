/**
 * Cells taken out into files from the workbench: one at a time, a run that chooses them and then the writing. What each is about
 * is kept in the workspace, so that one that a kill has stopped goes on behind its last checkpoint.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { leftOf, removeUnfinished } from '../../../io/unfinished.ts';
import { extractSchema, type ExtractionState, type ExtractWish } from '../../../protocol/api.extract.ts';
import { failure, isKind, toErrorData, type ErrorData } from '../../../protocol/errors.ts';
import type { StepPlan } from '../../../protocol/plan.ts';
import { listDatasets } from '../../catalog/datasets.ts';
import { registerFile } from '../../datasets/register.ts';
import type { StartEngine } from '../../engine/contract.ts';
import { endedWell } from '../../jobs/ended.ts';
import { findRun } from '../../jobs/past-run.ts';
import type { Workspace } from '../../workspace.ts';
import { extractionRecipe, writeExtraction } from '../extraction.ts';
import type { Hub } from './hub.ts';
import { findKept, readList, writeList } from './kept-list.ts';
import type { RunQueue } from './runs.ts';

export interface Extractions {
  list(): ExtractionState[];
  /** `writing` is the plan of its second half. @throws busy, and what preflight refuses */
  start(wish: ExtractWish, target: string, writing: StepPlan): { readonly id: string };
  stop(id: string): boolean;
  resume(id: string): boolean;
  /** @throws what registering a file can throw */
  register(id: string): Promise<string>;
  remove(id: string): boolean;
  readonly going: boolean;
  /** Leaves what is half written for the next host, and waits for the last word. */
  close(): Promise<void>;
}

interface Kept { readonly id: string; readonly wish: ExtractWish; readonly target: string; /** Null in lists of earlier versions. */ readonly writing: StepPlan | null; readonly state: 'stopped' | 'done'; readonly written: ExtractionState['written'] }

interface Live extends Omit<Kept, 'state' | 'written'> {
  state: ExtractionState['state'];
  written: ExtractionState['written'];
  phase: ExtractionState['phase'];
  run: string | null;
  progress: Pick<ExtractionState, 'done' | 'total' | 'unit' | 'etaSeconds'>;
  error: ErrorData | null;
  stop: AbortController;
}

const listName = 'extractions.json';
const isSound = ({ id, wish, target }: Kept): boolean => typeof id === 'string' && typeof target === 'string' && extractSchema.safeParse(wish).success;
const nothingYet: Live['progress'] = { done: 0, total: 0, unit: 'cells', etaSeconds: null };

export function createExtractions(workspace: Workspace, queue: () => RunQueue, hub: Hub, start: StartEngine): Extractions {
  const all = new Map<string, Live>(readList<Kept>(workspace.root, listName, isSound).map(({ state, written, ...kept }) => [kept.id, { ...fresh({ ...kept, writing: kept.writing ?? null }), state, written }]));
  const closing = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const changed = (): void => {
    const kept: Kept[] = [...all.values()].map(({ id, wish, target, writing, state, written }) => ({ id, wish, target, writing, state: state === 'done' ? 'done' : 'stopped', written }));
    writeList(workspace.root, listName, kept);
    hub.say({ kind: 'changed', what: 'exports' });
  };
  /** Removes what was written of a file that nobody will go on with. */
  const forget = ({ target, state }: Live): void => {
    if (state !== 'done' && ![...all.values()].some((other) => other.target === target)) leftOf(target).forEach(removeUnfinished);
  };
  const registered = async (one: Live): Promise<string> => {
    const { row } = await registerFile(workspace, one.target, { start, scan: false });
    hub.say({ kind: 'changed', what: 'datasets' });
    return row.name;
  };
  const work = async (one: Live, chosen: ReturnType<RunQueue['start']>): Promise<void> => {
    const stop = (): void => void queue().cancel(chosen.run);
    one.stop.signal.addEventListener('abort', stop);
    try {
      endedWell(await chosen.finished);
      one.phase = 'writing';
      const answer = await writeExtraction(workspace, findRun(workspace, chosen.run), one.wish.format, one.target, one.writing, {
        start, signal: one.stop.signal, abandon: closing.signal,
        onEvent(event) {
          if (event.kind === 'progress') one.progress = { done: event.done, total: event.total, unit: event.unit, etaSeconds: event.etaSeconds };
        },
      });
      one.written = { cells: answer.cells, genes: answer.genes, bytes: answer.bytes, notes: answer.notes };
      one.state = 'done';
      if (one.wish.register) await registered(one);
    } catch (thrown) {
      const stopped = isKind(thrown, 'cancelled') || closing.signal.aborted || one.stop.signal.aborted;
      // A file that is whole stays done, whatever registering it says.
      if (one.state !== 'done') one.state = stopped ? 'stopped' : 'failed';
      one.error = stopped ? null : toErrorData(thrown);
    }
    one.stop.signal.removeEventListener('abort', stop);
    if (all.has(one.id)) changed();
    else forget(one);
  };
  const go = (one: Live): void => {
    if ([...all.values()].some(({ state }) => state === 'going')) throw failure('busy', { what: 'Another extraction' });
    if (existsSync(one.target)) throw failure('already-exists', { path: one.target });
    const { memoryBytes, override } = one.wish;
    const chosen = queue().start(extractionRecipe(one.wish.query), { memoryBytes, workers: null, override });
    Object.assign(one, { state: 'going', phase: 'choosing', run: chosen.run, progress: nothingYet, error: null, stop: new AbortController() } satisfies Partial<Live>);
    all.set(one.id, one);
    changed();
    running = work(one, chosen);
  };
  return {
    list: () => [...all.values()].map((one) => stateOf(workspace, one)),
    start(wish, target, writing) {
      const one = fresh({ id: randomUUID(), wish, target, writing });
      go(one);
      return { id: one.id };
    },
    stop(id) {
      const one = findKept(all, 'extraction', id);
      one.stop.abort();
      return one.state === 'going';
    },
    resume(id) {
      const one = findKept(all, 'extraction', id);
      if (one.state === 'going' || one.state === 'done') return false;
      go(one);
      return true;
    },
    register: (id) => registered(findKept(all, 'extraction', id)),
    remove(id) {
      const one = findKept(all, 'extraction', id);
      one.stop.abort();
      const removed = all.delete(id);
      if (one.state !== 'going') forget(one);
      changed();
      return removed;
    },
    get going() {
      return [...all.values()].some(({ state }) => state === 'going');
    },
    async close() {
      closing.abort();
      for (const one of all.values()) if (one.state === 'going' && one.run !== null && one.phase === 'choosing') queue().cancel(one.run);
      await running;
    },
  };
}

const fresh = (kept: Pick<Kept, 'id' | 'wish' | 'target' | 'writing'>): Live => ({
  ...kept, state: 'stopped', written: null, phase: 'choosing', run: null, progress: nothingYet, error: null, stop: new AbortController(),
});

function stateOf(workspace: Workspace, { id, wish, target, state, written, phase, run, progress, error }: Live): ExtractionState {
  const stat = state === 'done' ? statSync(target, { throwIfNoEntry: false }) : undefined;
  const own = stat && dirname(target) === workspace.folders.exports;
  return {
    id, query: wish.query, format: wish.format, target, state, phase, run, ...progress, written, error,
    dataset: listDatasets(workspace.catalog).find(({ path }) => path === target)?.name ?? null,
    file: own ? { kind: wish.format, name: basename(target), folder: 'exports', bytes: stat.isDirectory() ? 0 : stat.size, isFolder: stat.isDirectory() } : null,
  };
}
