import { describe, expect, test, vi } from 'vitest';
import { asJobId } from '../../protocol/ids.ts';
import type { EngineJob, HostMessage } from '../../protocol/jobs.ts';
import type { EngineHandlers, StartEngine } from './contract.ts';
import { createLastingEngines } from './lasting.ts';

interface Played {
  readonly jobs: EngineJob[];
  readonly handlers: EngineHandlers;
  readonly heard: HostMessage[];
  killed: boolean;
}

/** Engines that do only what a test tells them. */
function playedEngines() {
  const engines: Played[] = [];
  const start: StartEngine = (job, handlers, options) => {
    expect(options).toEqual({ stay: true });
    const played: Played = { jobs: [job], handlers, heard: [], killed: false };
    engines.push(played);
    return {
      pid: engines.length,
      send(message) {
        played.heard.push(message);
        if (message.kind === 'start') played.jobs.push(message.job);
      },
      stop: () => undefined,
      kill: () => void (played.killed = true),
    };
  };
  return { engines, start };
}

const job = (name: string): EngineJob => ({ kind: 'inspect', id: asJobId(`job-${name}`), path: name, name, scan: false });
const listener = () => {
  const said: string[] = [];
  const handlers: EngineHandlers = { onMessage: (message) => void said.push(message.kind === 'event' ? message.event.kind : message.kind), onExit: () => void said.push('exit') };
  return { said, handlers };
};
const done = (engine: Played, peakBytes = 1): void => engine.handlers.onMessage({ kind: 'event', event: { kind: 'done', seconds: 1, cpuSeconds: 1, peakBytes } });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('engines that stay', () => {
  test('the next job goes to the engine that is there; a third waits for one of two seats', async () => {
    const { engines, start } = playedEngines();
    const lasting = createLastingEngines(start);
    const [one, two, three] = [listener(), listener(), listener()];
    lasting.start(job('1'), one.handlers);
    done(engines[0]!);
    await settled();
    lasting.start(job('2'), two.handlers);
    expect(engines).toHaveLength(1);
    lasting.start(job('3'), listener().handlers);
    lasting.start(job('4'), three.handlers);
    expect(engines.map((engine) => engine.jobs.length)).toEqual([2, 1]);
    done(engines[0]!);
    await settled();
    expect(engines[0]!.jobs.map((one) => one.id)).toEqual(['job-1', 'job-2', 'job-4']);
    expect([one.said, two.said, three.said]).toEqual([['done'], ['done'], []]);
    lasting.close();
    expect(three.said).toEqual(['cancelled']);
    expect(engines.every((engine) => engine.killed)).toBe(true);
  });

  test('is there before the first job when warmed, once', async () => {
    const { engines, start } = playedEngines();
    const lasting = createLastingEngines(start);
    lasting.warm();
    lasting.warm();
    expect(engines.map((engine) => engine.jobs[0]!.kind)).toEqual(['ready']);
    done(engines[0]!);
    await settled();
    lasting.warm();
    lasting.start(job('1'), listener().handlers);
    expect(engines).toHaveLength(1);
    expect(engines[0]!.jobs).toHaveLength(2);
    lasting.close();
    lasting.warm();
    expect(engines).toHaveLength(1);
  });

  test('an engine that died is told to its job only, and replaced', async () => {
    const { engines, start } = playedEngines();
    const lasting = createLastingEngines(start, { seats: 1 });
    const [one, two] = [listener(), listener()];
    lasting.start(job('1'), one.handlers);
    lasting.start(job('2'), two.handlers);
    engines[0]!.handlers.onExit({ code: null, signal: 'SIGKILL', said: '' });
    await settled();
    expect(engines).toHaveLength(2);
    done(engines[1]!);
    // A word from the dead engine means nothing any more.
    done(engines[0]!);
    expect([one.said, two.said]).toEqual([['exit'], ['done']]);
    lasting.close();
  });

  test('a fat engine and an idle one leave; a job that waits can be stopped', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { engines, start } = playedEngines();
      const lasting = createLastingEngines(start, { seats: 1, idleSeconds: 10, mostBytes: 100 });
      const [one, two] = [listener(), listener()];
      lasting.start(job('1'), one.handlers);
      const waiting = lasting.start(job('2'), two.handlers);
      waiting.stop();
      expect(two.said).toEqual(['cancelled']);
      done(engines[0]!, 101);
      expect(engines[0]!.killed).toBe(true);
      await settled();
      const going = lasting.start(job('3'), listener().handlers);
      going.stop();
      expect(engines[1]!.heard).toEqual([{ kind: 'cancel' }]);
      engines[1]!.handlers.onMessage({ kind: 'event', event: { kind: 'cancelled', step: null } });
      await settled();
      expect(engines[1]!.killed).toBe(false);
      vi.advanceTimersByTime(11_000);
      expect(engines[1]!.killed).toBe(true);
      lasting.close();
    } finally {
      vi.useRealTimers();
    }
  });
});
