/** The one event stream of a page: what runs now, what is being worked on, and whether the line to the host stands. */
import { create } from 'zustand';
import type { HostMessage } from '../../protocol/api.types.ts';
import type { JobEvent, StepProgress } from '../../protocol/events.ts';
import { isFinal } from '../../protocol/events.ts';
import { client, host, queryClient } from './rpc.ts';

/** Where a run stands, as far as this page has heard. */
export interface LiveRun {
  readonly step: string | null;
  readonly index: number;
  readonly of: number;
  readonly progress: StepProgress | null;
  readonly finished: readonly string[];
  readonly reused: readonly string[];
  readonly peakBytes: number;
  readonly ended: JobEvent['kind'] | null;
}

export interface Work {
  readonly id: string;
  readonly title: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}

interface LiveState {
  readonly line: 'connecting' | 'open' | 'lost';
  readonly runs: Readonly<Record<string, LiveRun>>;
  readonly works: readonly Work[];
}

export const useLive = create<LiveState>(() => ({ line: 'connecting', runs: {}, works: [] }));

const nothingYet: LiveRun = { step: null, index: 0, of: 0, progress: null, finished: [], reused: [], peakBytes: 0, ended: null };

/** One event more in the picture of a run. */
export function follow(run: LiveRun | undefined, event: JobEvent): LiveRun {
  const known = run ?? nothingYet;
  switch (event.kind) {
    case 'queued':
    case 'accepted':
      return { ...known, ended: null };
    case 'step-started':
      return { ...known, step: event.step, index: event.index, of: event.of, progress: null };
    case 'progress':
      return { ...known, step: event.step, progress: event, peakBytes: Math.max(known.peakBytes, event.memoryBytes ?? 0) };
    case 'result':
      return {
        ...known, progress: known.step === event.step ? null : known.progress,
        finished: known.finished.includes(event.step) ? known.finished : [...known.finished, event.step],
        reused: event.reused && !known.reused.includes(event.step) ? [...known.reused, event.step] : known.reused,
      };
    case 'note':
      return known;
    default:
      return isFinal(event) ? { ...known, progress: null, step: null, ended: event.kind } : (event satisfies never);
  }
}

function hear(message: HostMessage): void {
  const { runs, works } = useLive.getState();
  switch (message.kind) {
    case 'hello':
      useLive.setState({ line: 'open', ...(message.reset ? { runs: {}, works: [] } : {}) });
      if (message.reset) void queryClient.invalidateQueries();
      return;
    case 'run': {
      useLive.setState({ runs: { ...runs, [message.run]: follow(runs[message.run], message.event) } });
      const { kind } = message.event;
      if (kind !== 'progress' && kind !== 'note') void queryClient.invalidateQueries({ queryKey: host.runs.key() });
      if (isFinal(message.event)) {
        void queryClient.invalidateQueries({ queryKey: host.workspace.key() });
        announce(message.event.kind);
      }
      return;
    }
    case 'changed':
      void queryClient.invalidateQueries({ queryKey: message.what === 'datasets' ? host.datasets.key() : host.runs.key() });
      if (message.what === 'exports') void queryClient.invalidateQueries({ queryKey: host.extract.key() });
      void queryClient.invalidateQueries({ queryKey: host.workspace.key() });
      return;
    case 'work': {
      const others = works.filter((work) => work.id !== message.id);
      const { id, title, done, total, unit } = message;
      useLive.setState({ works: message.state === 'ended' ? others : [...others, { id, title, done, total, unit }] });
      return;
    }
    case 'alive':
      return;
    default:
      message satisfies never;
  }
}

/** Tells the person who looks elsewhere; asked for at the first run, never before. */
function announce(ended: string): void {
  if (document.visibilityState === 'visible' || !('Notification' in window) || Notification.permission !== 'granted') return;
  const words = ended === 'done' ? 'The run has ended well.' : ended === 'cancelled' ? 'The run was stopped.' : 'The run has failed.';
  new Notification('Truckee', { body: words });
}

let listening = false;

/** Listens for as long as the page lives; a line that drops is taken up again where it broke. */
export async function listen(): Promise<void> {
  if (listening) return;
  listening = true;
  let epoch: string | null = null;
  let after = 0;
  for (let pause = 500; ; pause = Math.min(8000, pause * 2)) {
    try {
      for await (const message of await client.events({ epoch, after })) {
        if (message.kind === 'hello') epoch = message.epoch;
        after = message.number;
        pause = 500;
        hear(message);
      }
    } catch {
      // Shown as a lost line; the next turn tries again.
    }
    useLive.setState({ line: 'lost' });
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
