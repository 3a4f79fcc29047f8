/** The life of a job with a made-up engine: every way an engine can end, and a disk that refuses in between. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { JobEvent } from '../../protocol/events.ts';
import type { EngineMessage, HostMessage, PipelineJob } from '../../protocol/jobs.ts';
import { recipeSchema } from '../../protocol/recipe.ts';
import { listJobs, resultsOfJob } from '../catalog/jobs.ts';
import type { EngineExit, EngineHandlers, StartEngine } from '../engine/contract.ts';
import { finishedWork, madeUpJob, scratchWorkspace } from '../workspace.cases.ts';
import { readEvents } from './log.ts';
import { runJob } from './run.ts';
import { silentSeconds } from './silence.ts';

afterEach(() => void vi.useRealTimers());

/** One engine that was started; the test speaks for it. */
interface Started {
  readonly job: PipelineJob;
  readonly sent: HostMessage[];
  killed: boolean;
  say(message: EngineMessage): void;
  emit(event: JobEvent): void;
  exit(exit?: Partial<EngineExit>): void;
}

function setUp(steps = ['qc', 'pca']) {
  const workspace = scratchWorkspace();
  const job = madeUpJob(workspace, steps);
  const engines: Started[] = [];
  const start: StartEngine = (given, handlers: EngineHandlers) => {
    const started: Started = {
      job: given as PipelineJob, sent: [], killed: false,
      say: (message) => handlers.onMessage(message),
      emit: (event) => handlers.onMessage({ kind: 'event', event }),
      exit: (exit = {}) => handlers.onExit({ code: null, signal: null, said: '', ...exit }),
    };
    engines.push(started);
    return { pid: engines.length, send: (message) => void started.sent.push(message), stop: () => undefined, kill: () => void (started.killed = true) };
  };
  const events: JobEvent[] = [];
  const recipe = recipeSchema.parse({ truckee: 1, name: 'mine', steps: steps.map((step) => ({ step })) });
  const running = runJob(workspace, recipe, job, { start, limits: { memoryBytes: null, workers: null }, onEvent: (logged) => void events.push(logged.event) });
  return { workspace, job, engines, events, running };
}

/** Finishes a step as an engine does, up to the host's answer. */
function finish({ workspace, job }: ReturnType<typeof setUp>, engine: Started, step: string): void {
  const { fingerprint } = job.steps.find((each) => each.id === step)!;
  engine.say({ kind: 'finished', step, work: finishedWork(workspace, step, fingerprint), seconds: 3 });
}

function tell({ job }: ReturnType<typeof setUp>, engine: Started, step: string, reused = false): void {
  const { fingerprint } = job.steps.find((each) => each.id === step)!;
  engine.emit({ kind: 'result', step, fingerprint, path: '/somewhere', reused, seconds: reused ? 0 : 3 });
}

const done = { kind: 'done', seconds: 1, cpuSeconds: 2, peakBytes: 3 } as const;

describe('runJob', () => {
  test('an engine killed from outside is started again with half the chunk; each result is told once, as made here', async () => {
    const trial = setUp();
    const [first] = trial.engines as [Started];
    finish(trial, first, 'qc');
    expect(first.sent.at(-1)).toMatchObject({ kind: 'adopted', step: 'qc' });
    // It dies between the adoption and its own word about it.
    first.exit({ signal: 'SIGKILL' });
    const second = trial.engines[1]!;
    expect(second.job.steps.map((step) => [step.reuse !== null, step.plan.chunkRows])).toEqual([[true, 8192], [false, 4096]]);
    expect(trial.events.at(-1)).toMatchObject({ kind: 'note', level: 'warning', text: expect.stringContaining('chunks of 4096 rows') });
    tell(trial, second, 'qc', true);
    finish(trial, second, 'pca');
    tell(trial, second, 'pca');
    second.exit({ code: 134, signal: 'SIGABRT' });
    const third = trial.engines[2]!;
    tell(trial, third, 'qc', true);
    tell(trial, third, 'pca', true);
    third.emit(done);
    expect((await trial.running.finished).kind).toBe('done');
    expect(trial.events.filter((event) => event.kind === 'result').map((event) => [event.step, event.reused, event.seconds])).toEqual([['qc', false, 3], ['pca', false, 3]]);
    expect(resultsOfJob(trial.workspace.catalog, trial.job.id).map((row) => row.reused)).toEqual([false, false]);
    const log = readEvents(trial.workspace, trial.job.id);
    expect(log.map((logged) => logged.number)).toEqual(log.map((_, i) => i + 1));
  });

  test('an engine that is killed again and again is given up', async () => {
    const trial = setUp();
    for (let i = 0; i < 4; i++) trial.engines[i]!.exit({ signal: 'SIGKILL' });
    expect(await trial.running.finished).toMatchObject({ kind: 'gone', reason: 'oom' });
    expect(trial.engines).toHaveLength(4);
  });

  test('an engine that ends by itself is not started again; its own words are kept for a report', async () => {
    const trial = setUp();
    trial.engines[0]!.exit({ code: 1, said: 'FATAL ERROR: at place 7' });
    expect(await trial.running.finished).toMatchObject({ kind: 'gone', reason: 'exit', code: 1 });
    expect(trial.events.at(-1)).not.toHaveProperty('said');
    expect(readFileSync(join(trial.workspace.folders.runs, `${trial.job.id}.engine.txt`), 'utf8')).toContain('place 7');
  });

  test('a stop that the engine does not answer before it is killed is still a stop', async () => {
    const trial = setUp();
    trial.running.cancel();
    trial.engines[0]!.exit({ signal: 'SIGKILL' });
    expect((await trial.running.finished).kind).toBe('cancelled');
    expect(trial.engines).toHaveLength(1);
  });

  test('a result that cannot be adopted is refused with the reason', () => {
    const trial = setUp();
    trial.engines[0]!.say({ kind: 'finished', step: 'qc', work: join(trial.workspace.folders.work, 'not there'), seconds: 1 });
    expect(trial.engines[0]!.sent.at(-1)).toMatchObject({ kind: 'refused', step: 'qc', error: { kind: 'file-not-found' } });
  });

  test('a log that cannot be written ends the job with that error, and the engine', async () => {
    const trial = setUp();
    rmSync(trial.workspace.folders.runs, { recursive: true });
    trial.engines[0]!.emit({ kind: 'accepted', pid: 7 });
    const final = await trial.running.finished;
    expect(final).toMatchObject({ kind: 'failed', error: { kind: 'file-not-found' } });
    expect(trial.engines[0]!.killed).toBe(true);
    expect(listJobs(trial.workspace.catalog)[0]).toMatchObject({ state: 'failed', error: { kind: 'file-not-found' } });
    // What the dying engine still says changes nothing.
    trial.engines[0]!.emit(done);
    trial.engines[0]!.exit({ signal: 'SIGKILL' });
    expect(trial.engines).toHaveLength(1);
    expect(existsSync(trial.workspace.folders.runs)).toBe(false);
  });

  test('a catalog that cannot be written ends the job with that error', async () => {
    const trial = setUp();
    trial.workspace.catalog.pragma('query_only = 1');
    tell(trial, trial.engines[0]!, 'qc');
    expect(await trial.running.finished).toMatchObject({ kind: 'failed', error: { kind: 'not-permitted' } });
    expect(trial.engines[0]!.killed).toBe(true);
  });

  test('an engine that says nothing is noticed once, and again after it has spoken', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const trial = setUp();
    const notes = (): number => trial.events.filter((event) => event.kind === 'note' && event.text.includes('has said nothing')).length;
    vi.advanceTimersByTime((silentSeconds - 2) * 1000);
    expect(notes()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(notes()).toBe(1);
    trial.engines[0]!.emit({ kind: 'accepted', pid: 7 });
    vi.advanceTimersByTime((silentSeconds + 2) * 1000);
    expect(notes()).toBe(2);
    trial.engines[0]!.emit(done);
    await trial.running.finished;
    vi.advanceTimersByTime(100_000);
    expect(notes()).toBe(2);
  });
});
