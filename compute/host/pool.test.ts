/**
 * Workers that run out of memory, die or hang, one or all at once: the pass goes on in smaller chunks with the same sums,
 * or ends with a typed error; it never waits for ever. The workers are real threads with a stub for the pass.
 */
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import type { Plate } from '../matrix/plates.ts';
import type { GeneTotalsPartial } from '../passes/gene-totals.ts';
import { createPool, type Pool } from './pool.ts';

/** Sums row numbers of its tiles in blocks; `how` says what goes wrong as long as blocks have more than 300 rows. */
const stub = (how: string): string => `
  const { parentPort, workerData } = require('node:worker_threads');
  let pass;
  parentPort.on('message', (message) => {
    if (message.kind === 'open-pass' || message.kind === 'limit-blocks') pass = message;
    if (message.kind === 'close-pass') parentPort.postMessage({ kind: 'pass-closed' });
    if (message.kind === 'call') ${how === 'call-dies' ? 'process.exit(5)' : "parentPort.postMessage({ kind: 'called', id: message.id, value: message.payload })"};
    if (message.kind !== 'tiles') return;
    for (const tile of message.tiles) {
      if (pass.maxRows > 300 && tile.index >= 2) fail(tile);
      const cells = new Float64Array(2);
      for (let row = 0; row < tile.rows; row++) cells[0] += 1 / (1 + tile.rowStart + row + tile.plate);
      cells[1] = tile.rows;
      parentPort.postMessage({ kind: 'partial', tile, partial: { cells, sums: cells }, stored: tile.rows });
    }
    parentPort.postMessage({ kind: 'tiles-done' });
  });
  function fail(tile) {
    switch (${JSON.stringify(how)}) {
      case 'heap': { const kept = []; for (;;) kept.push(new Array(100_000).fill(Math.random())); }
      case 'array': throw new RangeError('Array buffer allocation failed');
      case 'told': parentPort.postMessage({ kind: 'failed', error: { kind: 'worker-memory', message: 'm', remedy: 'r', facts: {} } }); break;
      case 'defect': throw new TypeError('x is not a function');
      case 'exit': process.exit(7);
    }
  }
  parentPort.postMessage({ kind: 'ready', kernels: 'stub' });
`;

let pool: Pool | null = null;
let started = 0;
afterEach(() => pool?.close());

async function open(size: number, how: string): Promise<Pool> {
  started = 0;
  pool = await createPool(size, {
    kernels: null, memoryBytes: 2 ** 30,
    startWorker: () => {
      started += 1;
      return new Worker(stub(how), { eval: true, resourceLimits: { maxOldGenerationSizeMb: 24 }, stdout: true, stderr: true });
    },
  });
  return pool;
}

const plates = [30_000, 5000, 21_000].map((nObs): Plate => ({ nObs }) as Plate);

async function sumsOf(running: Pool, workers: number, stopAfter = Infinity): Promise<{ cells: number[]; chunks: number[]; tiles: number[] }> {
  const cells = [0, 0];
  const chunks: number[] = [];
  const tiles: number[] = [];
  await running.runPass({
    name: 'geneTotals', spec: { keep: '' }, plates, chunkRows: 8192, chunkStored: 2 ** 20, workers, firstTile: 0,
    reducer: { add: (partial: GeneTotalsPartial) => partial.cells.forEach((value, i) => (cells[i]! += value)) },
    afterTile(done, tile) {
      tiles.push(tile.index);
      if (done >= stopAfter) running.stop();
    },
    onSmallerChunk: (chunkRows) => void chunks.push(chunkRows),
  });
  return { cells, chunks, tiles };
}

describe('a pass', () => {
  test.each([['heap', 2], ['array', 2], ['told', 2], ['array', 4], ['told', 1]])('%s memory runs out in %i workers', async (how, workers) => {
    const { cells: sound } = await sumsOf(await open(workers, 'nothing'), workers);
    await pool!.close();
    const { cells, chunks, tiles } = await sumsOf(await open(workers, how), workers);
    expect(cells).toEqual(sound);
    expect(cells[1]).toBe(56_000);
    expect(tiles).toEqual(tiles.map((_, i) => i));
    // Halved at each death, down to what fits.
    expect(chunks.length).toBeGreaterThan(0);
    expect(chunks.at(-1)).toBeLessThanOrEqual(300);
    expect(chunks).toEqual(chunks.map((_, i) => Math.floor(8192 / 2 ** (i + 1))));
    // One more for each death; a busy machine may have nothing left to do for the last of them.
    expect(started).toBeGreaterThan(chunks.length);
    expect(started).toBeLessThanOrEqual(workers + chunks.length);
  });

  test.each([['defect', /x is not a function/], ['exit', /ended with code 7/]])('a worker that ends by %s ends the pass, typed', async (how, words) => {
    const running = await open(1, how);
    await expect(sumsOf(running, 1)).rejects.toMatchObject({ kind: 'internal', message: expect.stringMatching(words) });
    // What died is replaced when it is needed again.
    await expect(running.call('signal' as never, 5 as never)).resolves.toBe(5);
  });

  test('a stop ends it at once with cancelled', async () => {
    await expect(sumsOf(await open(2, 'nothing'), 2, 3)).rejects.toMatchObject({ kind: 'cancelled' });
    await expect(sumsOf(pool!, 2)).rejects.toMatchObject({ kind: 'cancelled' });
  });

  test('goes on from a tile that was saved', async () => {
    const running = await open(2, 'nothing');
    const tiles: number[] = [];
    await running.runPass({
      name: 'geneTotals', spec: { keep: '' }, plates, chunkRows: 8192, chunkStored: 2 ** 20, workers: 2, firstTile: 9,
      reducer: { add: (_partial, tile) => void tiles.push(tile.index) }, afterTile: () => undefined, onSmallerChunk: () => undefined,
    });
    expect(tiles).toEqual([9, 10, 11, 12, 13, 14, 15]);
  });

  test('an error of the reducer ends it', async () => {
    const running = await open(2, 'nothing');
    const failing = running.runPass({
      name: 'geneTotals', spec: { keep: '' }, plates, chunkRows: 8192, chunkStored: 2 ** 20, workers: 2, firstTile: 0,
      reducer: { add: () => { throw new RangeError('no'); } }, afterTile: () => undefined, onSmallerChunk: () => undefined,
    });
    await expect(failing).rejects.toThrow('no');
  });
});

test('a worker that dies in a call rejects the call, typed', async () => {
  const running = await open(1, 'call-dies');
  await expect(running.call('signal' as never, 5 as never)).rejects.toMatchObject({ kind: 'internal' });
});
