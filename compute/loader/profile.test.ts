import { expect, test } from 'vitest';
import { profileTraining, type Profiler, type StepPart } from './profile.ts';

type Plate = Parameters<Profiler['report']>[0]['plates'][number];
const from = (backend: Plate['backend'], format: Plate['format']): { plates: Plate[] } => ({ plates: [{ backend, format }] });

/** Steps that take so many seconds in each part. */
function profiled(parts: Readonly<Record<StepPart, number>>, steps: number) {
  let clock = 0;
  const profiler = profileTraining(() => 1000 * clock);
  for (let step = 0; step < steps; step++) {
    for (const part of ['load', 'transfer', 'forward', 'backward'] as const) {
      profiler.enter(part);
      clock += parts[part];
    }
  }
  return profiler;
}

test('every part of a step is timed; a pack is advised only when loading dominates', () => {
  // A transformer: 6 of more than 60 seconds are not worth a conversion.
  const slow = profiled({ load: 0.6, transfer: 0.1, forward: 2.5, backward: 3 }, 10).report(from('file', 'h5ad'));
  expect(slow.steps).toBe(10);
  expect(slow.seconds.load).toBeCloseTo(6, 9);
  expect(slow.seconds.backward).toBeCloseTo(30, 9);
  expect(slow.loadShare).toBeCloseTo(6 / 62, 9);
  expect(slow.advice).toMatch(/6\.0 of 62\.0 s .* leave it as it is/);
  const fast = profiled({ load: 3, transfer: 0.1, forward: 0.2, backward: 0.3 }, 5);
  expect(fast.report(from('file', 'h5ad')).advice).toMatch(/truckee pack build/);
  expect(fast.report(from('pack', 'h5ad')).advice).toMatch(/from a pack already: use more workers/);
});

test('cells in memory, and formats that can have no pack, get advice that can be followed', () => {
  const fast = profiled({ load: 3, transfer: 0.1, forward: 0.2, backward: 0.3 }, 5);
  expect(fast.report(from('memory', 'h5ad')).advice).toMatch(/all cells are in memory: use more workers, or choose fewer genes\.$/);
  for (const [format, name] of [['zarr', 'Zarr'], ['parquet', 'Parquet'], ['scdl', 'SCDL']] as const) {
    const { advice } = fast.report(from('file', format));
    expect(advice).not.toMatch(/build a pack|truckee pack build/);
    expect(advice).toMatch(new RegExp(`no pack of ${name};`));
  }
  // One file of several is enough.
  expect(fast.report({ plates: [...from('file', 'zarr').plates, ...from('file', 'h5ad').plates] }).advice).toMatch(/truckee pack build/);
});

test('waiting for the end of the epoch is no step', async () => {
  const profiler = profileTraining(() => 0);
  const minibatches = async function* (): AsyncGenerator<number> {
    for (let i = 0; i < 3; i++) yield i;
  };
  profiler.enter('load');
  for await (const _ of minibatches()) {
    profiler.enter('forward');
    profiler.enter('load');
  }
  expect(profiler.report(from('file', 'h5ad')).steps).toBe(3);
});
