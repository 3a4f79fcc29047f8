/**
 * The engine process: gets one job from its host, runs it, says what happens, exits. Plain Node child in every shell
 * (process.send), or an Electron utility process (process.parentPort) from this same file.
 */
import { failure, isKind, toErrorData } from '../../protocol/errors.ts';
import type { JobEvent } from '../../protocol/events.ts';
import type { EngineJob, EngineMessage, HostMessage } from '../../protocol/jobs.ts';
import { openChannel } from './channel.ts';
import { TruckeeError } from '../../protocol/errors.ts';

const channel = openChannel();
let cancel = new AbortController();
const adoptions = new Map<string, { resolve: (path: string) => void; reject: (error: unknown) => void }>();

const say = (message: EngineMessage): void => channel.send(message);
const emit = (event: JobEvent): void => say({ kind: 'event', event });

channel.onMessage((message: HostMessage) => {
  switch (message.kind) {
    case 'start':
      void run(message.job, message.stay === true);
      return;
    case 'cancel':
      cancel.abort();
      return;
    case 'adopted':
      adoptions.get(message.step)?.resolve(message.path);
      return;
    case 'refused':
      adoptions.get(message.step)?.reject(new TruckeeError(message.error));
      return;
    default:
      message satisfies never;
  }
});
// Ctrl+C in a terminal reaches the whole group: when to stop is the host's to say.
process.on('SIGINT', () => undefined);
process.on('uncaughtException', (thrown) => {
  emit({ kind: 'failed', error: toErrorData(thrown) });
  void channel.drain().then(() => process.exit(1));
});
// A host that is gone cannot adopt anything: stop at once rather than compute for nobody.
channel.onLost(() => process.exit(3));

/** Of the jobs before; the first one has the start of the process too. */
let cpuBefore = 0;

async function run(job: EngineJob, stay: boolean): Promise<void> {
  const startedAt = performance.now();
  cancel = new AbortController();
  emit({ kind: 'accepted', pid: process.pid });
  try {
    const peakBytes = await perform(job);
    emit({ kind: 'done', seconds: (performance.now() - startedAt) / 1000, cpuSeconds: cpuSeconds() - cpuBefore, peakBytes });
  } catch (thrown) {
    if (cancel.signal.aborted || isKind(thrown, 'cancelled')) emit({ kind: 'cancelled', step: null });
    else emit({ kind: 'failed', error: toErrorData(thrown) });
    if (process.env['TRUCKEE_DEBUG']) console.error(thrown);
  }
  cpuBefore = cpuSeconds();
  await channel.drain();
  if (!stay) process.exit(0);
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Only what this job needs is loaded: an engine is up sooner and smaller. */
async function perform(job: EngineJob): Promise<number> {
  const host = {
    emit, signal: cancel.signal, hostPid: process.ppid, version: process.env['TRUCKEE_VERSION'] ?? '0',
    answer: (answer: unknown) => say({ kind: 'answer', answer }),
    adopt: (step: string, work: string, seconds: number) =>
      new Promise<string>((resolve, reject) => {
        adoptions.set(step, { resolve, reject });
        say({ kind: 'finished', step, work, seconds });
      }),
  };
  switch (job.kind) {
    case 'ready':
      // What is needed then is there before the first is asked for.
      await Promise.all(job.what === 'runs' ? [import('./run-pipeline.ts'), import('./run-export.ts')] : [import('./run-view.ts'), import('./run-look.ts')]);
      return process.memoryUsage.rss();
    case 'pipeline':
      return (await import('./run-pipeline.ts')).runPipeline(job, host);
    case 'generate':
      return (await import('./run-generate.ts')).runGenerate(job, host);
    case 'inspect':
      return (await import('./run-inspect.ts')).runInspect(job, host);
    case 'query':
      return (await import('./run-query.ts')).runQuery(job, host);
    case 'export':
      return (await import('./run-export.ts')).runExport(job, host);
    case 'loader':
      return (await import('./run-loader.ts')).runLoader(job, host);
    case 'storage':
      return (await import('./run-storage.ts')).runStorage(job, host);
    case 'pack':
      return (await import('./run-pack.ts')).runPack(job, host);
    case 'view':
      return (await import('./run-view.ts')).runView(job, host);
    case 'de':
      return (await import('./run-de.ts')).runDeLook(job, host);
    case 'raster':
    case 'cells':
    case 'columns':
      return (await import('./run-look.ts')).runLook(job, host);
    default:
      throw failure('internal', { detail: `unknown job ${JSON.stringify(job satisfies never)}` });
  }
}
