import { describe, expect, test } from 'vitest';
import { splitTime } from './split-time.ts';

describe('a predicted time in two parts', () => {
  test('together they are the whole; a slow disk moves more of it to reading and writing', () => {
    const plan = { seconds: 100, passes: 2, diskBytes: 3e9 };
    const [ssd, hdd] = (['SSD', 'HDD'] as const).map((disk) => splitTime(plan, 1e9, disk));
    expect(ssd!.transferSeconds).toBeCloseTo(2e9 / 500e6 + 3e9 / 300e6, 9);
    for (const one of [ssd!, hdd!]) expect(one.computeSeconds + one.transferSeconds).toBeCloseTo(100, 9);
    expect(hdd!.transferSeconds).toBeGreaterThan(3 * ssd!.transferSeconds);
    expect(splitTime({ ...plan, seconds: 1 }, 1e12, 'network')).toEqual({ transferSeconds: 1, computeSeconds: 0 });
    expect(splitTime({ seconds: 5, passes: 0, diskBytes: 0 }, 1e12, 'SSD').computeSeconds).toBe(5);
  });
});
