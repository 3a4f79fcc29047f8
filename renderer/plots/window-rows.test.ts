import { describe, expect, test } from 'vitest';
import { rowHeight, rowWindow } from './window-rows.ts';

describe('rows in view', () => {
  test('a short table scrolls row by row', () => {
    const window = rowWindow(100, 280);
    expect(window).toMatchObject({ height: 100 * rowHeight, visible: 10 });
    expect([window.firstAt(0), window.firstAt(rowHeight * 3 + 1), window.firstAt(1e9)]).toEqual([0, 3, 90]);
    expect(window.topOf(3)).toBe(3 * rowHeight);
  });

  test.each([1_000_000, 100_648_790])('every row of %i can be reached, the last one too, and positions lead back to rows', (total) => {
    const window = rowWindow(total, 600);
    expect(window.height).toBeLessThanOrEqual(8_000_000);
    expect(window.firstAt(window.height - 600)).toBe(total - 21);
    for (const first of [0, 1, 12_345, total - 21]) expect(Math.abs(window.firstAt(window.topOf(first)) - first)).toBeLessThanOrEqual(1);
  });

  test('fewer rows than the view holds, and none', () => {
    expect(rowWindow(3, 600)).toMatchObject({ height: 600 });
    expect(rowWindow(0, 600).firstAt(0)).toBe(0);
  });
});
