/** Checkpointed passes: whatever is left of an earlier attempt - all, part, nothing, garbage - the sums are the same. */
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { failure } from '../../protocol/errors.ts';
import { tileRows, tilesOf } from '../matrix/tiles.ts';
import type { Plate } from '../matrix/plates.ts';
import { createArray, openStored, type ArrayWriter } from '../results/array.ts';
import { loadCheckpoint } from '../results/checkpoint.ts';
import type { PassOptions } from '../steps/contract.ts';
import type { PassRequest } from './pass-queue.ts';
import type { Pool } from './pool.ts';
import { runCheckpointedPass } from './run-pass.ts';

const plates = [9000, 4096, 6000].map((nObs, i): Plate => ({ nObs, name: `plate${i + 1}` }) as Plate);
const rowsInAll = 19_096;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truckee-pass-'));
  process.env['TRUCKEE_CHECKPOINT_SECONDS'] = '0';
});
afterEach(() => {
  delete process.env['TRUCKEE_CHECKPOINT_SECONDS'];
  rmSync(folder, { recursive: true });
});

/** A pool that makes its partial sums on the spot and dies after `most` tiles. */
function brittlePool(most: number): { pool: Pool; tiles: number[] } {
  const tiles: number[] = [];
  const runPass = async (request: PassRequest<'geneTotals'>): Promise<void> => {
    for (const tile of tilesOf(request.plates).slice(request.firstTile)) {
      if (tiles.length >= most) throw failure('engine-gone', { reason: 'killed', code: null, signal: null });
      tiles.push(tile.index);
      const values = Float64Array.from({ length: tile.rows }, (_, row) => Math.sqrt(tile.index * tileRows + row));
      request.reducer.add({ cells: values, sums: values }, tile);
      request.afterTile(tile.index + 1, tile, tile.rows);
    }
  };
  return { pool: { runPass } as Partial<Pool> as Pool, tiles };
}

interface Attempt {
  readonly total: number;
  readonly rows: number[];
  readonly tiles: readonly number[];
  readonly notes: readonly string[];
}

/** One attempt of a step that adds all values up and keeps each in a column. */
async function attempt(most = Infinity): Promise<Attempt> {
  const sum = new Float64Array(1);
  let writer: ArrayWriter | null = null;
  let rows = 0;
  const path = join(folder, 'result/obs/values');
  const options: PassOptions<'geneTotals'> = {
    spec: { keep: '' }, part: 'values',
    state: { arrays: { sum }, meta: () => ({ rows }), restore: (meta) => void (rows = Number(meta['rows'])), flush: () => writer?.sync() },
    start() {
      writer = createArray(path, { dtype: 'float64', shape: [rowsInAll] }, rows);
      return {
        add({ cells }) {
          writer!.append(cells);
          rows += cells.length;
          cells.forEach((value) => (sum[0]! += value));
        },
      };
    },
  };
  const { pool, tiles } = brittlePool(most);
  const notes: string[] = [];
  await runCheckpointedPass(pool, 'geneTotals', options, {
    fingerprint: 'print', checkpointFolder: join(folder, 'checkpoint'), plates, chunkRows: 8192, chunkStored: 2 ** 20, workers: 1,
    progress: () => undefined, note: (text) => void notes.push(text), pulse: () => undefined,
  });
  writer!.close();
  return { total: sum[0]!, rows: Array.from(openStored(path).read()), tiles, notes };
}

const checkpoints = (): string[] => [0, 1].map((turn) => join(folder, 'checkpoint/values', `checkpoint.${turn}`));

async function soundResult(): Promise<Attempt> {
  const whole = await attempt();
  rmSync(join(folder, 'checkpoint'), { recursive: true });
  rmSync(join(folder, 'result'), { recursive: true });
  return whole;
}

test('every place to die in gives the same sums, and no finished tile is made again', async () => {
  const sound = await soundResult();
  expect(sound.tiles).toEqual([0, 1, 2, 3, 4, 5]);
  for (let most = 0; most < 6; most++) {
    await expect(attempt(most)).rejects.toMatchObject({ kind: 'engine-gone' });
    const again = await attempt();
    expect(again.total).toBe(sound.total);
    expect(again.rows).toEqual(sound.rows);
    expect(again.tiles).toEqual(sound.tiles.slice(most));
    rmSync(join(folder, 'checkpoint'), { recursive: true });
    rmSync(join(folder, 'result'), { recursive: true });
  }
});

test('the note names the plate and the place', async () => {
  await expect(attempt(3)).rejects.toThrow();
  expect((await attempt()).notes).toEqual(['going on at the start of plate2 (plate 2 of 3): 3 of 6 tiles are done']);
  rmSync(join(folder, 'checkpoint'), { recursive: true });
  await expect(attempt(5)).rejects.toThrow();
  expect((await attempt()).notes).toEqual(['going on at row 4,096 of plate3 (plate 3 of 3): 5 of 6 tiles are done']);
});

test('one damaged checkpoint costs one tile, both cost the attempt', async () => {
  const sound = await soundResult();
  const ruin = (path: string): void => writeFileSync(path, readFileSync(path).map((byte, i) => (i === 40 ? byte ^ 1 : byte)));
  await expect(attempt(4)).rejects.toThrow();
  const newest = checkpoints().sort((a, b) => readFileSync(b).indexOf('"tilesDone":4') - readFileSync(a).indexOf('"tilesDone":4'))[0]!;
  ruin(newest);
  const one = await attempt();
  expect(one.tiles).toEqual([3, 4, 5]);
  expect(one.rows).toEqual(sound.rows);
  rmSync(join(folder, 'checkpoint'), { recursive: true });
  await expect(attempt(4)).rejects.toThrow();
  checkpoints().forEach(ruin);
  const both = await attempt();
  expect(both.tiles).toEqual(sound.tiles);
  expect([both.total, both.notes.length]).toEqual([sound.total, 0]);
});

test('rows that are gone or cut short start the pass from nothing, never from zeros', async () => {
  const sound = await soundResult();
  const column = join(folder, 'result/obs/values/0');
  for (const harm of [() => rmSync(join(folder, 'result'), { recursive: true }), () => truncateSync(column, 8 * 4000)]) {
    await expect(attempt(4)).rejects.toThrow();
    harm();
    const again = await attempt();
    expect(again.tiles).toEqual(sound.tiles);
    expect(again.rows).toEqual(sound.rows);
    expect(again.total).toBe(sound.total);
    rmSync(join(folder, 'checkpoint'), { recursive: true });
  }
});

test('a finished pass is not made again', async () => {
  const sound = await attempt();
  const again = await attempt();
  expect(again.tiles).toEqual([]);
  expect(again.rows).toEqual(sound.rows);
  expect(again.notes).toEqual([]);
  expect(existsSync(checkpoints()[0]!)).toBe(true);
  expect(loadCheckpoint(join(folder, 'checkpoint/values'), 'other:geneTotals:values')).toBeNull();
});
