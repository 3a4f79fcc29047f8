import { describe, expect, test } from 'vitest';
import type { JobEvent } from '../../protocol/events.ts';
import { follow, type LiveRun } from './events.ts';

const progress = (step: string, done: number, memoryBytes: number | null = null): JobEvent => ({ kind: 'progress', step, done, total: 10, unit: 'cells', rate: 1, etaSeconds: 1, memoryBytes });
const result = (step: string, reused: boolean): JobEvent => ({ kind: 'result', step, reused, seconds: 1, path: '', fingerprint: 'f' as never });
const after = (...events: JobEvent[]): LiveRun => events.reduce<LiveRun | undefined>((run, event) => follow(run, event), undefined)!;

describe('the picture of a run', () => {
  test('shows the step at work, its progress and the largest memory', () => {
    const run = after({ kind: 'accepted', pid: 1 }, { kind: 'step-started', step: 'qc', index: 0, of: 2, title: 'QC' }, progress('qc', 3, 500), progress('qc', 6, 200));
    expect(run).toMatchObject({ step: 'qc', index: 0, of: 2, peakBytes: 500, ended: null });
    expect(run.progress).toMatchObject({ done: 6 });
  });

  test('keeps finished and reused steps once each, also when an engine was started again', () => {
    const run = after(result('qc', false), result('hvg', true), result('qc', false), { kind: 'note', step: null, level: 'info', text: 'x' });
    expect(run.finished).toEqual(['qc', 'hvg']);
    expect(run.reused).toEqual(['hvg']);
  });

  test('ends with what it ended with', () => {
    expect(after({ kind: 'step-started', step: 'qc', index: 0, of: 1, title: '' }, { kind: 'cancelled', step: 'qc' })).toMatchObject({ ended: 'cancelled', step: null, progress: null });
  });
});
