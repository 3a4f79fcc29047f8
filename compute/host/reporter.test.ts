/** Progress is never silent for more than a second, never a flood, and a stall is told with its likely causes. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JobEvent, StepProgress } from '../../protocol/events.ts';
import { createReporter, type Reporter } from './reporter.ts';

let events: { atMs: number; event: JobEvent }[];
let reporter: Reporter;
const progress = () => events.filter((entry): entry is { atMs: number; event: StepProgress } => entry.event.kind === 'progress');
const warnings = () => events.flatMap(({ event }) => (event.kind === 'note' && event.level === 'warning' ? [event.text] : []));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  events = [];
  reporter = createReporter((event) => events.push({ atMs: performance.now(), event }), process.pid, 2 ** 40);
});
afterEach(() => {
  reporter.close();
  vi.useRealTimers();
});

const largestGapMs = (): number => {
  const times = progress().map((entry) => entry.atMs);
  return Math.max(...times.slice(1).map((at, i) => at - times[i]!));
};

test('at least once a second while a step works, counts or not', () => {
  reporter.stepStarted('leiden', 5);
  vi.advanceTimersByTime(10_000);
  expect(progress()[0]!.event).toMatchObject({ step: 'leiden', done: 0, total: 0, etaSeconds: null });
  expect(largestGapMs()).toBeLessThanOrEqual(1000);
  // Counts that come at awkward moments do not open a gap.
  for (let done = 1; done <= 40; done++) {
    reporter.progress(done, 1000, 'cells');
    vi.advanceTimersByTime(130 + (done % 7) * 101);
  }
  expect(largestGapMs()).toBeLessThanOrEqual(1000);
});

test('at most two a second, but the last count always', () => {
  reporter.stepStarted('qc', 5);
  for (let done = 0; done <= 10_000; done++) {
    reporter.progress(done, 10_000, 'cells');
    vi.advanceTimersByTime(1);
  }
  expect(progress().length).toBeLessThanOrEqual(22);
  expect(progress().at(-1)!.event).toMatchObject({ done: 10_000, total: 10_000 });
});

test('rate and time to go come from the counts', () => {
  reporter.stepStarted('pca', 5);
  vi.advanceTimersByTime(3000);
  // Going on after 1,000 cells of an earlier attempt, then a second pass that starts again at none.
  for (const first of [1000, 0]) {
    for (let second = 0; second <= 4; second++) {
      reporter.progress(first + second * 500, 4000, 'cells');
      vi.advanceTimersByTime(1000);
    }
    const { event } = progress().findLast((entry) => entry.event.done === first + 2000)!;
    expect(event.rate).toBeGreaterThan(395);
    expect(event.rate).toBeLessThan(505);
    expect(event.etaSeconds).toBeCloseTo((2000 - first) / event.rate, 3);
  }
  const { event } = progress().at(-1)!;
  expect(event.memoryBytes).toBeGreaterThan(0);
});

test('nothing is said after a step has ended', () => {
  reporter.stepStarted('qc', 5);
  reporter.stepEnded();
  const before = events.length;
  reporter.progress(1, 2, 'cells');
  vi.advanceTimersByTime(60_000);
  expect(events.length).toBe(before);
});

test('a stall is told once with likely causes, and again only after it has moved', () => {
  reporter.stepStarted('pca', 100);
  reporter.progress(1, 1000, 'cells');
  // 5 % of the predicted time, three times over, and never less than 15 s.
  vi.advanceTimersByTime(14_000);
  expect(warnings()).toEqual([]);
  vi.advanceTimersByTime(3000);
  expect(warnings()).toHaveLength(1);
  expect(warnings()[0]).toMatch(/disk.*memory.*another program/);
  vi.advanceTimersByTime(100_000);
  expect(warnings()).toHaveLength(1);
  reporter.progress(2, 1000, 'cells');
  vi.advanceTimersByTime(17_000);
  expect(warnings()).toHaveLength(2);
});

test('a step that counts nothing gets three times its predicted time', () => {
  reporter.stepStarted('leiden', 20);
  vi.advanceTimersByTime(59_000);
  expect(warnings()).toEqual([]);
  vi.advanceTimersByTime(2000);
  expect(warnings()).toHaveLength(1);
});

test('memory above the budget is told once', () => {
  const modest = createReporter((event) => events.push({ atMs: 0, event }), process.pid, 1000);
  modest.stepStarted('qc', 1);
  vi.advanceTimersByTime(5000);
  modest.close();
  expect(warnings().filter((text) => text.includes('above the'))).toHaveLength(1);
  expect(modest.peakBytes).toBeGreaterThan(1000);
});
