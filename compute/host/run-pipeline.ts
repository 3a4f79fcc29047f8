/** Runs a recipe: each step in order, reused where a result exists, handed to the host for adoption when it is done. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { failure, isKind } from '../../protocol/errors.ts';
import type { JobEvent } from '../../protocol/events.ts';
import type { JobStep, PipelineJob } from '../../protocol/jobs.ts';
import type { StepPlan } from '../../protocol/plan.ts';
import type { Provenance } from '../../protocol/provenance.ts';
import { isStepId, steps, type StepId } from '../../steps/table.ts';
import { openStored } from '../results/array.ts';
import type { RunInput, StepContext, StepRunner, UpcomingStep } from '../steps/contract.ts';
import { runners } from '../steps/table.ts';
import { buildMissingPacks } from './build-pack.ts';
import { withGeneName } from './gene-words.ts';
import { openInput } from './input.ts';
import { createPool, type Pool } from './pool.ts';
import { replanned } from './replan.ts';
import { createReporter, type Reporter } from './reporter.ts';
import { runCheckpointedPass } from './run-pass.ts';
import { createSlotTable, type SlotTable } from '../results/slots.ts';

export interface PipelineHost {
  emit(event: JobEvent): void;
  /** Hands a finished folder over; resolves with where it now lives. */
  adopt(step: string, work: string, seconds: number): Promise<string>;
  readonly hostPid: number;
  readonly signal: AbortSignal;
  readonly version: string;
}

interface Run {
  readonly job: PipelineJob;
  readonly host: PipelineHost;
  readonly pool: Pool;
  readonly reporter: Reporter;
  readonly slots: SlotTable;
  readonly input: RunInput;
}

/** Returns the peak memory in bytes. */
export async function runPipeline(job: PipelineJob, host: PipelineHost): Promise<number> {
  const { emit } = host;
  const pool = await createPool(job.workers, { kernels: process.env['TRUCKEE_KERNELS'] ?? null, memoryBytes: job.memoryBytes });
  const reporter = createReporter(emit, host.hostPid, job.memoryBytes);
  const onAbort = (): void => pool.stop();
  host.signal.addEventListener('abort', onAbort);
  try {
    const slots = createSlotTable();
    const say = (text: string): void => emit({ kind: 'note', step: null, level: 'info', text });
    if (job.packs && job.steps.some(({ reuse }) => reuse === null)) await buildPacks(job, host, pool, reporter);
    const input = await openInput({
      plates: job.plates, genes: job.genes, cache: job.cache, note: say,
      async transpose(spec, path) {
        say(`${spec.facts.slot} is stored gene by gene: making a row-order copy once`);
        return pool.call('transpose', { spec, path, memoryBytes: Math.floor(job.memoryBytes / 4) });
      },
    });
    const run: Run = { job, host, pool, reporter, slots, input };
    for (const [index, step] of job.steps.entries()) {
      if (host.signal.aborted) throw failure('cancelled', { step: step.id });
      if (step.reuse !== null) {
        slots.addFolder(step.reuse);
        emit({ kind: 'result', step: step.id, fingerprint: step.fingerprint, path: step.reuse, reused: true, seconds: 0 });
        continue;
      }
      slots.addFolder(await runOne(run, step, index));
    }
    return reporter.peakBytes;
  } finally {
    host.signal.removeEventListener('abort', onAbort);
    reporter.close();
    await pool.close();
  }
}

/** A step of its own as far as those who watch can see. */
async function buildPacks(job: PipelineJob, host: PipelineHost, pool: Pool, reporter: Reporter): Promise<void> {
  await buildMissingPacks(job.plates, pool, {
    signal: host.signal,
    begin: (plate) => {
      host.emit({ kind: 'note', step: null, level: 'info', text: `${plate}: building its pack, which every pass then reads` });
      reporter.stepStarted('pack', 60);
    },
    onRows: (done, total) => reporter.progress(done, total, 'cells'),
  });
}

async function runOne(run: Run, step: JobStep, index: number): Promise<string> {
  const { job, host, reporter } = run;
  const id = step.id;
  if (!isStepId(id)) throw failure('unknown-step', { step: id, near: [] });
  host.emit({ kind: 'step-started', step: id, index, of: job.steps.length, title: steps[id].title });
  const started = new Date();
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  reporter.stepStarted(id, step.plan.seconds);
  await run.pool.fit(step.plan.workers);
  collectGarbage();
  const folder = join(step.work, 'result');
  mkdirSync(folder, { recursive: true });
  const record: StepRecord = { outcome: {}, notes: [], passes: 0, plan: step.plan };
  const context = createContext(run, step, id, index, folder, record);
  // One runner per step id: the pairing is checked where the table is made.
  const runner = runners[id] as StepRunner<StepId>;
  await runner(context);
  reporter.stepEnded();
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const provenance: Provenance = {
    truckee: host.version, step: id, stepVersion: steps[id].version, fingerprint: step.fingerprint, params: step.params, seed: job.seed,
    inputs: job.plates.map((plate, i) => ({ name: plate.name, fingerprint: plate.fingerprint, nObs: plate.facts.nObs, demo: plate.facts.demo, read: run.input.plates[i]!.spec.kind === 'pack' ? 'pack' : 'file' })),
    plan: record.plan, started: started.toISOString(), wallSeconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, peakBytes: reporter.stepPeakBytes,
    passes: record.passes, kernels: run.pool.kernels, workers: job.workers, chunkRows: record.plan.chunkRows,
    hardware: { os: process.platform, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, gpu: 'not used' },
    versions: { node: process.versions.node, v8: process.versions.v8, zlib: process.versions.zlib ?? '' },
    outcome: record.outcome, notes: [...(job.overridden === undefined ? [] : [`preflight had refused this run and was overridden: ${job.overridden}`]), ...record.notes],
  };
  writeFileSync(join(folder, 'provenance.json'), `${JSON.stringify(provenance, null, 2)}\n`);
  writeFileSync(join(folder, '.zgroup'), '{"zarr_format": 2}\n');
  const path = await adopted(host, step, wallSeconds);
  host.emit({ kind: 'result', step: id, fingerprint: step.fingerprint, path, reused: false, seconds: wallSeconds });
  return path;
}

async function adopted(host: PipelineHost, step: JobStep, wallSeconds: number): Promise<string> {
  try {
    return await host.adopt(step.id, step.work, wallSeconds);
  } catch (thrown) {
    // After a failed fsync nobody knows what is on disk, and a second fsync would say that all is well: made anew instead.
    if (isKind(thrown, 'io-failed')) rmSync(step.work, { recursive: true, force: true });
    throw thrown;
  }
}

/** More than this over what was left after the last collection is worth the milliseconds of another. */
const collectableBytes = 24 * 2 ** 20;
let leftBytes = heldBytes();

/** What the step before left to the collector would count on top of what the next one plans. */
function collectGarbage(): void {
  if (!globalThis.gc || heldBytes() < leftBytes + collectableBytes) return;
  globalThis.gc();
  leftBytes = heldBytes();
}

/** Bytes of objects and of arrays outside the heap, dead or alive. */
function heldBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

interface StepRecord {
  outcome: Record<string, unknown>;
  notes: string[];
  passes: number;
  /** The plan in force. */
  plan: StepPlan;
}

function createContext(run: Run, step: JobStep, id: StepId, index: number, folder: string, record: StepRecord): StepContext {
  const { job, host, pool, reporter, slots, input } = run;
  const checkpointFolder = join(step.work, 'checkpoint');
  const note = (text: string, level: 'info' | 'warning' = 'info'): void => {
    record.notes.push(text);
    host.emit({ kind: 'note', step: id, level, text });
  };
  const stopIfCancelled = (): void => {
    if (host.signal.aborted) throw failure('cancelled', { step: id });
  };
  return {
    id, fingerprint: step.fingerprint, seed: job.seed, input, folder, checkpointFolder,
    get plan() {
      return record.plan;
    },
    get workers() {
      return record.plan.workers;
    },
    replan(known) {
      record.plan = replanned(id, step, job, input, known);
    },
    // Resolved by the step's own schema before the job was made.
    params: step.params as StepContext['params'],
    slot: (name) => slots.path(name),
    array(name) {
      const path = slots.path(name);
      if (!path) throw failure('missing-input', { step: id, slot: name, remedyStep: 'the step that writes it' });
      return openStored(path);
    },
    facts<T>(name: string): T {
      const found = slots.facts(name);
      if (found === undefined) throw failure('missing-input', { step: id, slot: `uns/${name}`, remedyStep: name });
      return found as T;
    },
    writeFacts(name, value) {
      mkdirSync(join(folder, 'uns'), { recursive: true });
      writeFileSync(join(folder, 'uns', `${name}.json`), `${JSON.stringify(value)}\n`);
    },
    async runPass(name, options) {
      record.passes += 1;
      await runCheckpointedPass(pool, name, options, {
        fingerprint: step.fingerprint, checkpointFolder, plates: options.plates ?? input.plates,
        chunkRows: record.plan.chunkRows, chunkStored: record.plan.chunkStored, workers: record.plan.workers,
        progress: (done, total) => reporter.progress(done, total, 'cells'),
        note, pulse: stopIfCancelled,
      }).catch((thrown: unknown) => {
        throw withGeneName(thrown, input);
      });
    },
    call: (name, payload) => pool.call(name, payload, (done, total, unit) => reporter.progress(done, total, unit)),
    progress: (done, total, unit) => reporter.progress(done, total, unit),
    note,
    outcome: (facts) => void Object.assign(record.outcome, facts),
    upcoming: upcomingOf(job, index),
    stopIfCancelled,
  };
}

function upcomingOf(job: PipelineJob, index: number): UpcomingStep[] {
  return job.steps.slice(index + 1).flatMap((step) =>
    isStepId(step.id) && step.reuse === null
      ? [{ id: step.id, params: step.params, fingerprint: step.fingerprint, checkpointFolder: join(step.work, 'checkpoint') }]
      : [],
  );
}
