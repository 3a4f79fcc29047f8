/** The queue of a workbench: runs one after the other, told to everyone who listens, stopped and gone on with by hand. */
import { toErrorData } from '../../../protocol/errors.ts';
import { asJobId } from '../../../protocol/ids.ts';
import type { FinalEvent, LoggedEvent } from '../../../protocol/events.ts';
import type { Recipe } from '../../../protocol/recipe.ts';
import type { RunLimits } from '../../../protocol/api.ts';
import type { StartEngine } from '../../engine/contract.ts';
import { prepareJob } from '../../jobs/prepare.ts';
import { runJob, type RunningJob } from '../../jobs/run.ts';
import { probeHardware } from '../../preflight/hardware.ts';
import type { Workspace } from '../../workspace.ts';
import type { Hub } from './hub.ts';

export interface Waiting {
  readonly run: string;
  readonly recipe: Recipe;
  readonly limits: RunLimits;
  readonly queuedAt: string;
}

export interface StartedRun {
  readonly run: string;
  /** How it ended, also when it never began; never rejects. */
  readonly finished: Promise<FinalEvent>;
}

interface Queued extends Waiting { settle(final: FinalEvent): void }

export interface RunQueue {
  /** Checks the recipe against data and machine, then queues it. @throws whatever preflight refuses. */
  start(recipe: Recipe, limits: RunLimits): StartedRun;
  /** False when there is no such run at work or waiting. */
  cancel(run: string): boolean;
  readonly waiting: readonly Waiting[];
  readonly current: string | null;
  /** Stops what runs (finished steps stay) and waits for it. */
  close(): Promise<void>;
}

export function createRunQueue(workspace: Workspace, hub: Hub, startEngine: StartEngine): RunQueue {
  let queue: Queued[] = [];
  let current: { readonly run: string; readonly job: RunningJob } | null = null;
  let closing = false;

  const tell = ({ job, number, at, event }: LoggedEvent): void => hub.say({ kind: 'run', run: job, at, event, eventNumber: number });
  const changed = (): void => hub.say({ kind: 'changed', what: 'runs' });

  const next = (): void => {
    const first = queue[0];
    if (!first || current || closing) return;
    queue = queue.slice(1);
    try {
      // Planned anew: what ran before it may have left results to reuse, and less disk.
      const prepared = prepareJob(workspace, first.recipe, probeHardware(workspace.root, first.limits), first.limits.override);
      if (prepared.preflight.refusal) throw prepared.preflight.refusal;
      const job = runJob(workspace, first.recipe, { ...prepared.job, id: asJobId(first.run) }, { start: startEngine, limits: first.limits, onEvent: tell });
      current = { run: first.run, job };
      changed();
      void job.finished.then((final) => {
        current = null;
        first.settle(final);
        changed();
        next();
      });
    } catch (thrown) {
      const event: FinalEvent = { kind: 'failed', error: toErrorData(thrown) };
      hub.say({ kind: 'run', run: first.run, at: new Date().toISOString(), event, eventNumber: 1 });
      first.settle(event);
      changed();
      next();
    }
  };

  return {
    start(recipe, limits) {
      const prepared = prepareJob(workspace, recipe, probeHardware(workspace.root, limits), limits.override);
      if (prepared.preflight.refusal) throw prepared.preflight.refusal;
      const run = prepared.job.id;
      const { promise: finished, resolve: settle } = Promise.withResolvers<FinalEvent>();
      queue = [...queue, { run, recipe, limits, queuedAt: new Date().toISOString(), settle }];
      changed();
      next();
      return { run, finished };
    },
    cancel(run) {
      if (current?.run === run) {
        current.job.cancel();
        return true;
      }
      const waiting = queue.find((one) => one.run === run);
      if (!waiting) return false;
      queue = queue.filter((one) => one !== waiting);
      waiting.settle({ kind: 'cancelled', step: null });
      changed();
      return true;
    },
    get waiting() {
      return queue;
    },
    get current() {
      return current?.run ?? null;
    },
    async close() {
      closing = true;
      for (const { settle } of queue) settle({ kind: 'cancelled', step: null });
      queue = [];
      if (!current) return;
      current.job.cancel();
      await current.job.finished;
    },
  };
}
