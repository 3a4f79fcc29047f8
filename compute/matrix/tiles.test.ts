import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tasksOf, tileRows, tilesOf } from './tiles.ts';

const plates = fc.array(fc.integer({ min: 0, max: 40_000 }).map((nObs) => ({ nObs })), { maxLength: 6 });

test('tiles cover each plate from its first row, none crosses a border or is empty', () => {
  fc.assert(fc.property(plates, (made) => {
    const tiles = tilesOf(made);
    expect(tiles.map((tile) => tile.index)).toEqual([...tiles.keys()]);
    made.forEach(({ nObs }, plate) => {
      const own = tiles.filter((tile) => tile.plate === plate);
      expect(own.map((tile) => tile.rowStart)).toEqual(own.map((_, i) => i * tileRows));
      expect(own.every((tile) => tile.rows > 0 && tile.rows <= tileRows)).toBe(true);
      expect(own.reduce((sum, tile) => sum + tile.rows, 0)).toBe(nObs);
    });
  }));
});

test('tasks hold all tiles from the first wanted one, in order, within a plate and the chunk', () => {
  fc.assert(fc.property(plates, fc.nat(40), fc.integer({ min: 1, max: 100_000 }), (made, first, chunkRows) => {
    const tiles = tilesOf(made);
    const tasks = tasksOf(tiles, first, chunkRows);
    expect(tasks.flatMap((task) => task.tiles)).toEqual(tiles.slice(first));
    for (const task of tasks) {
      expect(task.tiles.length).toBeGreaterThan(0);
      expect(task.tiles.length).toBeLessThanOrEqual(Math.max(1, Math.floor(chunkRows / tileRows)));
      expect(task.tiles.every((tile) => tile.plate === task.plate)).toBe(true);
    }
  }));
});
