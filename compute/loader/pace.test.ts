import { expect, test } from 'vitest';
import { atlasCells, published, publishedSpeedups } from './published.table.ts';
import { epochPace, epochSeconds } from './pace.ts';

/** A clock of its own: minibatches of 64 that take what `secondsOf` says at that moment. */
function play(cells: number, predicted: number, secondsOf: (at: number) => number): { at: number; total: number; asked: { at: number; total: number }[] } {
  let now = 0;
  const pace = epochPace(cells, predicted, () => 1000 * now);
  const asked = [{ at: 0, total: pace.estimate().totalSeconds }];
  let next = 60;
  for (let seen = 0; seen < cells; seen += 64) {
    now += secondsOf(now);
    pace.saw(Math.min(64, cells - seen));
    if (now >= next) {
      asked.push({ at: now, total: pace.estimate().totalSeconds });
      next = Math.max(2 * next, now);
    }
  }
  return { at: now, total: pace.estimate().totalSeconds, asked };
}

const noise = (at: number): number => 1 + 0.4 * Math.sin(at * 12.9898);

test.each([
  ['steady, well predicted', 10_000, () => 64 / 10_000], ['steady, predicted three times too fast', 30_000, () => 64 / 10_000], ['steady, predicted five times too slow', 2000, () => 64 / 10_000],
  ['uneven: bursts and waits', 15_000, (at: number) => (64 / 10_000) * noise(at)],
] as const)('an epoch is told before it begins, and after 60 s within a quarter of what it takes: %s', (_, predicted, secondsOf) => {
  const cells = 9_700_000;
  const { at: took, total, asked } = play(cells, predicted, secondsOf);
  expect(asked[0]!.total).toBeCloseTo(cells / predicted, 6);
  const later = asked.filter(({ at }) => at >= 60);
  expect(later.length).toBeGreaterThan(2);
  for (const { total: told } of later) expect(Math.abs(told / took - 1)).toBeLessThan(0.25);
  expect(Math.abs(total / took - 1)).toBeLessThan(0.01);
});

test('published: 20 cells a second are 58 days of the atlas, 2,593 are under 11 hours; speed-ups stand as published, with what they were measured on', () => {
  const days = (rate: number): number => published.find(({ cells_per_second }) => cells_per_second === rate)!.epoch_seconds / 86_400;
  expect(Math.round(days(20))).toBe(58);
  expect(24 * days(2593)).toBeLessThan(11);
  expect(24 * days(2593)).toBeGreaterThan(10);
  expect(epochSeconds(atlasCells, 20)).toBe(published.find(({ cells_per_second }) => cells_per_second === 20)!.epoch_seconds);
  expect(publishedSpeedups.map(({ factor }) => factor)).toEqual([48, 27, 18, 129]);
  for (const { hardware, batch, source, against } of publishedSpeedups) expect([hardware, against, source, batch > 0]).not.toContain('');
});
