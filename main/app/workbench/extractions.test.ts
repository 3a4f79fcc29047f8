/** The list of extractions with a made-up engine: what a stop keeps, what removing takes away, what predictions learn from. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nobodysMark } from '../../../io/owner-mark.ts';
import { leftOf, unfinishedPath, workOf } from '../../../io/unfinished.ts';
import type { JobEvent } from '../../../protocol/events.ts';
import { asJobId } from '../../../protocol/ids.ts';
import type { ExportAnswer, ExportJob } from '../../../protocol/jobs.ts';
import { addJobResult, insertJob } from '../../catalog/jobs.ts';
import { listExtractions } from '../../catalog/extractions.ts';
import type { EngineHandlers, StartEngine } from '../../engine/contract.ts';
import { adoptResult } from '../../results/adopt.ts';
import { finishedWork, plan, print, scratchWorkspace } from '../../workspace.cases.ts';
import { extractionRecipe } from '../extraction.ts';
import { createExtractions } from './extractions.ts';
import { createHub } from './hub.ts';
import type { RunQueue } from './runs.ts';

const query = { drug: ['Dabrafenib'] };
const wish = { query, format: 'h5ad', folder: null, name: 'mine', memoryBytes: null, override: false, register: false } as const;
const chosen = asJobId('run-0001');

/** A run that has chosen the cells, and an engine that writes until it is told what becomes of it. */
function setUp() {
  const workspace = scratchWorkspace();
  insertJob(workspace.catalog, { id: chosen, kind: 'pipeline', recipe: JSON.stringify(extractionRecipe(query)), plan: JSON.stringify({ steps: [], plates: [] }), queuedAt: '2026-01-01T00:00:00Z' });
  adoptResult(workspace, { step: 'filter', fingerprint: print('a'), work: finishedWork(workspace, 'filter', print('a')), job: chosen, seconds: 1 });
  addJobResult(workspace.catalog, chosen, 0, { step: 'filter', fingerprint: print('a'), reused: false });
  const queue: RunQueue = {
    start: () => ({ run: chosen, finished: Promise.resolve({ kind: 'done', seconds: 1, cpuSeconds: 1, peakBytes: 1 }) }), cancel: () => false,
    waiting: [], current: null, close: () => Promise.resolve(),
  };
  const engines: { job: ExportJob; handlers: EngineHandlers; stopped: boolean }[] = [];
  const start: StartEngine = (job, handlers) => {
    const engine = { job: job as ExportJob, handlers, stopped: false };
    engines.push(engine);
    return { pid: 1, send: () => undefined, stop: () => void (engine.stopped = true), kill: () => undefined };
  };
  const open = () => createExtractions(workspace, () => queue, createHub(), start);
  const target = join(workspace.folders.exports, 'mine.h5ad');
  const engine = async (number: number) => {
    await expect.poll(() => engines.length, { timeout: 120_000 }).toBe(number);
    const { job, handlers } = engines[number - 1]!;
    const emit = (event: JobEvent): void => handlers.onMessage({ kind: 'event', event });
    return {
      job,
      /** As the engine does when it is stopped in the middle of X. */
      putDown() {
        const free = unfinishedPath(target, nobodysMark());
        mkdirSync(workOf(free), { recursive: true });
        writeFileSync(free, 'half of it');
        emit({ kind: 'cancelled', step: null });
      },
      finish(cellsBefore: number) {
        writeFileSync(target, 'all of it');
        handlers.onMessage({ kind: 'answer', answer: { target, bytes: 9, cells: 4, genes: 2, cellsBefore, notes: [] } satisfies ExportAnswer });
        emit({ kind: 'done', seconds: 2, cpuSeconds: 2, peakBytes: 2 ** 27 });
      },
    };
  };
  return { workspace, open, target, engines, engine };
}

const stateOf = (list: ReturnType<typeof createExtractions>, id: string) => expect.poll(() => list.list().find((one) => one.id === id)?.state, { timeout: 120_000 });

describe('an extraction', () => {
  test('that is stopped keeps what was written, also for the next host, until it is gone on with or removed', async () => {
    const { workspace, open, target, engines, engine } = setUp();
    const first = open();
    const { id } = first.start(wish, target, { ...plan, workers: 3 });
    const writing = await engine(1);
    expect(writing.job).toMatchObject({ kind: 'export', workers: 3 });
    expect(first.stop(id)).toBe(true);
    expect(engines[0]!.stopped).toBe(true);
    writing.putDown();
    await stateOf(first, id).toBe('stopped');
    expect(leftOf(target)).toHaveLength(1);
    await first.close();

    const next = open();
    expect(next.resume(id)).toBe(true);
    (await engine(2)).finish(2);
    await stateOf(next, id).toBe('done');
    // Half an extraction tells nothing of what a whole one takes.
    expect(listExtractions(workspace.catalog, 9)).toEqual([]);
    await next.close();
  });

  test('that is removed takes along what was written of it; a file that is whole stays', async () => {
    const { open, target, engine } = setUp();
    const list = open();
    const stopped = list.start(wish, target, plan);
    const writing = await engine(1);
    list.stop(stopped.id);
    writing.putDown();
    await stateOf(list, stopped.id).toBe('stopped');
    expect(list.remove(stopped.id)).toBe(true);
    expect(leftOf(target)).toEqual([]);

    // At work: once the engine has put it down.
    const going = list.start(wish, target, plan);
    const again = await engine(2);
    expect(list.remove(going.id)).toBe(true);
    again.putDown();
    await expect.poll(() => leftOf(target).length, { timeout: 120_000 }).toBe(0);

    const whole = list.start(wish, target, plan);
    (await engine(3)).finish(0);
    await stateOf(list, whole.id).toBe('done');
    expect(list.remove(whole.id)).toBe(true);
    expect(existsSync(target)).toBe(true);
    await list.close();
  });

  test('is left out of the list where what was kept of it is damaged', () => {
    const { workspace, open, target } = setUp();
    const sound = { id: 'd3b07384-d113-4ec6-a5d8-000000000000', wish, target, writing: plan, state: 'stopped', written: null };
    writeFileSync(join(workspace.root, 'extractions.json'), JSON.stringify([null, 5, { id: 'x' }, { ...sound, wish: { ...wish, format: 'exe' } }, sound]));
    expect(open().list().map(({ id, state }) => [id, state])).toEqual([[sound.id, 'stopped']]);
  });

  test('that was written in one go is learnt from', async () => {
    const { workspace, open, target, engine } = setUp();
    const list = open();
    const { id } = list.start(wish, target, { ...plan, seconds: 7 });
    (await engine(1)).finish(0);
    await stateOf(list, id).toBe('done');
    expect(listExtractions(workspace.catalog, 9)).toMatchObject([{ format: 'h5ad', plan: { seconds: 7, ramBytes: plan.ramBytes }, peakBytes: 2 ** 27, diskBytes: 9 }]);
    await list.close();
  });
});
