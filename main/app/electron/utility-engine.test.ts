import { describe, expect, test } from 'vitest';
import { asJobId } from '../../../protocol/ids.ts';
import type { EngineExit } from '../../engine/contract.ts';
import { utilityEngines, type UtilityChild } from './utility-engine.ts';

/** A child that keeps what it is told and says what a test lets it say. */
function play() {
  const told: unknown[] = [];
  const listeners = new Map<string, (value: never) => void>();
  const child: UtilityChild = {
    pid: 42, postMessage: (message) => void told.push(message), kill: () => told.push('killed') > 0,
    on: (event: string, listener: (value: never) => void) => listeners.set(event, listener),
  };
  let started: { path: string; env: Record<string, string | undefined> } | null = null;
  const start = utilityEngines({ fork: (path, _args, { env }) => { started = { path, env }; return child; } });
  return { told, start, started: () => started!, emit: (event: string, value: unknown) => listeners.get(event)!(value as never) };
}

describe('an engine as a utility process', () => {
  const job = { kind: 'inspect', id: asJobId('job-1'), path: '/x.h5ad', name: 'x', scan: false } as const;

  test('is the same entry, gets the job and passes its messages on', () => {
    const { start, told, started, emit } = play();
    const heard: unknown[] = [];
    const engine = start(job, { onMessage: (message) => heard.push(message), onExit: () => undefined });
    expect(started().path).toMatch(/compute[\\/]host[\\/]entry\.(js|ts)$/);
    expect(started().env['TRUCKEE_VERSION']).toMatch(/^\d/);
    expect(told).toEqual([{ kind: 'start', job }]);
    emit('message', { kind: 'answer', answer: 1 });
    expect(heard).toEqual([{ kind: 'answer', answer: 1 }]);
    expect(engine.pid).toBe(42);
    engine.stop();
    expect(told.at(-1)).toEqual({ kind: 'cancel' });
    engine.kill();
    expect(told.at(-1)).toBe('killed');
  });

  test('its end is told once, and nothing is sent to it afterwards', () => {
    const { start, told, emit } = play();
    const exits: EngineExit[] = [];
    const engine = start(job, { onMessage: () => undefined, onExit: (exit) => exits.push(exit) });
    emit('exit', 1);
    engine.send({ kind: 'cancel' });
    expect(exits).toEqual([{ code: 1, signal: null, said: '' }]);
    expect(told).toHaveLength(1);
  });
});
