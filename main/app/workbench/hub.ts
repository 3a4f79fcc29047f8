/**
 * Everything that happens in a host, numbered and kept for a while, so that a page whose connection dropped asks for what it
 * missed. Readers pull; one that stops reading costs nothing but its place in the list.
 */
import { randomUUID } from 'node:crypto';
import type { HostMessage } from '../../../protocol/api.types.ts';
import type { JobEvent } from '../../../protocol/events.ts';

type Said = Exclude<HostMessage, { kind: 'hello' | 'alive' }>;
/** A message before it has its number. */
export type Saying = Said extends infer M ? (M extends Said ? Omit<M, 'number'> : never) : never;

export interface Hub {
  readonly epoch: string;
  say(message: Saying): void;
  /** Yields `hello`, then all after the number given, then what comes, until the signal. */
  listen(epoch: string | null, after: number, signal: AbortSignal | undefined): AsyncGenerator<HostMessage, void>;
  readonly listeners: number;
  /** Something long without a run of its own, shown to every page as it goes until it ends. */
  work(title: string): { onEvent(event: JobEvent): void; end(): void };
}

/** Messages kept for those who come back. */
const kept = 5000;
/** A proxy or a sleeping laptop shows itself by the silence. */
const aliveMs = 15_000;

export function createHub(): Hub {
  const epoch = randomUUID();
  const messages: HostMessage[] = [];
  let last = 0;
  let listeners = 0;
  let works = 0;
  const wakers = new Set<() => void>();
  const next = (signal: AbortSignal | undefined): Promise<boolean> =>
    new Promise((resolve) => {
      const end = (woken: boolean): void => {
        clearTimeout(timer);
        wakers.delete(wake);
        signal?.removeEventListener('abort', stop);
        resolve(woken);
      };
      const wake = (): void => end(true);
      const stop = (): void => end(true);
      const timer = setTimeout(() => end(false), aliveMs);
      timer.unref();
      wakers.add(wake);
      signal?.addEventListener('abort', stop);
    });
  const say = (message: Saying): void => {
    last += 1;
    messages.push({ ...message, number: last } as HostMessage);
    if (messages.length > kept) messages.shift();
    for (const wake of [...wakers]) wake();
  };
  return {
    epoch, say,
    get listeners() {
      return listeners;
    },
    work(title) {
      const id = `work-${++works}`;
      const tell = (state: 'going' | 'ended', done: number, total: number, unit: string): void => say({ kind: 'work', id, title, state, done, total, unit });
      tell('going', 0, 0, '');
      return {
        onEvent: (event) => void (event.kind === 'progress' && tell('going', event.done, event.total, event.unit)),
        end: () => tell('ended', 0, 0, ''),
      };
    },
    async *listen(theirs, after, signal) {
      listeners += 1;
      try {
        const oldest = messages[0]?.number ?? last + 1;
        const known = theirs === epoch && after <= last && after >= oldest - 1;
        let seen = known ? after : last;
        yield { kind: 'hello', epoch, number: seen, reset: !known };
        while (!signal?.aborted) {
          const first = messages[0]?.number ?? last + 1;
          const missed = messages.slice(Math.max(0, seen + 1 - first));
          for (const message of missed) {
            seen = message.number;
            yield message;
          }
          if (missed.length === 0 && !(await next(signal))) yield { kind: 'alive', number: seen };
        }
      } finally {
        listeners -= 1;
      }
    },
  };
}
