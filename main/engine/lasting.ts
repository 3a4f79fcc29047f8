/**
 * Engines that stay: pictures and tables come in quick succession, and starting a process for each would cost more than most of
 * them take. A few seats, each one engine at a time; a seat that was idle for a while or has grown fat is left empty again.
 */
import type { EngineJob, EngineMessage } from '../../protocol/jobs.ts';
import { failure } from '../../protocol/errors.ts';
import { asJobId } from '../../protocol/ids.ts';
import type { Engine, EngineHandlers, StartEngine } from './contract.ts';

export interface LastingEngines {
  /** Starts a job on an engine that is there, or on a new one. */
  readonly start: StartEngine;
  /** Starts an engine now when none is there, so that the first job need not wait for it. */
  warm(): void;
  close(): void;
}

export interface LastingOptions {
  readonly seats?: number;
  readonly idleSeconds?: number;
  /** An engine that used more than this leaves after its job: memory of WASM and of large buffers is not given back otherwise. */
  readonly mostBytes?: number;
  /** What a warm engine is ready for; default pictures. */
  readonly ready?: 'pictures' | 'runs';
}

interface Task {
  readonly job: EngineJob;
  readonly handlers: EngineHandlers;
  stopped: boolean;
}

export function createLastingEngines(start: StartEngine, { seats: count = 2, idleSeconds = 60, mostBytes = 700 * 2 ** 20, ready = 'pictures' }: LastingOptions = {}): LastingEngines {
  const waiting: Task[] = [];
  let closed = false;
  const seats = Array.from({ length: count }, () => createSeat(start, idleSeconds, mostBytes, () => next()));
  const next = (): void => {
    for (let task = waiting[0]; task; task = waiting[0]) {
      // A seat with an engine before an empty one.
      const seat = seats.filter((one) => one.free).sort((a, b) => Number(b.warm) - Number(a.warm))[0];
      if (!seat) return;
      waiting.shift();
      if (task.stopped) task.handlers.onMessage({ kind: 'event', event: { kind: 'cancelled', step: null } });
      else seat.take(task);
    }
  };
  const startJob: StartEngine = (job, handlers) => {
    if (closed) throw failure('cancelled', { step: job.kind });
    const task: Task = { job, handlers, stopped: false };
    waiting.push(task);
    next();
    const running = (): Engine | null => seats.find((seat) => seat.task === task)?.engine ?? null;
    return {
      get pid() {
        return running()?.pid ?? -1;
      },
      send: (message) => running()?.send(message),
      stop() {
        task.stopped = true;
        const engine = running();
        if (engine) seats.find((seat) => seat.task === task)!.stop();
        else if (waiting.includes(task)) {
          waiting.splice(waiting.indexOf(task), 1);
          handlers.onMessage({ kind: 'event', event: { kind: 'cancelled', step: null } });
        }
      },
      kill: () => running()?.kill(),
    };
  };
  return {
    start: startJob,
    warm() {
      if (closed || seats.some((seat) => seat.warm)) return;
      startJob({ kind: 'ready', id: asJobId('ready'), what: ready }, { onMessage: () => undefined, onExit: () => undefined });
    },
    close() {
      closed = true;
      for (const seat of seats) seat.leave();
    },
  };
}

/** Time an engine has to heed a cancel before it is killed. */
const patience = 5_000;

function createSeat(start: StartEngine, idleSeconds: number, mostBytes: number, onFree: () => void) {
  let engine: Engine | null = null;
  let task: Task | null = null;
  let idle: NodeJS.Timeout | null = null;
  let impatient: NodeJS.Timeout | null = null;
  const leave = (): void => {
    if (idle) clearTimeout(idle);
    engine?.kill();
    engine = null;
    const left = task;
    task = null;
    left?.handlers.onMessage({ kind: 'event', event: { kind: 'cancelled', step: null } });
  };
  const ended = (peakBytes: number): void => {
    task = null;
    if (impatient) clearTimeout(impatient);
    if (peakBytes > mostBytes) leave();
    else idle = setTimeout(leave, idleSeconds * 1000).unref();
    // After the listener has dealt with the end.
    queueMicrotask(onFree);
  };
  const handlersOf = (mine: () => Engine | null): EngineHandlers => ({
    onMessage(message: EngineMessage) {
      if (mine() !== engine) return;
      task?.handlers.onMessage(message);
      if (message.kind !== 'event') return;
      const { event } = message;
      if (event.kind === 'done') ended(event.peakBytes);
      else if (event.kind === 'failed' || event.kind === 'cancelled') ended(0);
    },
    onExit(exit) {
      if (mine() !== engine) return;
      const lost = task;
      engine = null;
      task = null;
      if (impatient) clearTimeout(impatient);
      lost?.handlers.onExit(exit);
      queueMicrotask(onFree);
    },
  });
  return {
    get free() {
      return task === null;
    },
    get warm() {
      return engine !== null;
    },
    get task() {
      return task;
    },
    get engine() {
      return engine;
    },
    take(given: Task) {
      if (idle) clearTimeout(idle);
      task = given;
      if (engine) engine.send({ kind: 'start', job: given.job, stay: true });
      else {
        let mine: Engine | null = null;
        mine = engine = start(given.job, handlersOf(() => mine), { stay: true });
      }
    },
    stop() {
      engine?.send({ kind: 'cancel' });
      impatient = setTimeout(() => engine?.kill(), patience).unref();
    },
    leave,
  };
}
