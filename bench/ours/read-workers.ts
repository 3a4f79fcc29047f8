/** `read` shared by several worker threads, tile by tile as a pass does it: node read-workers.ts WORKERS FILE. */
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { plainArena } from '../../compute/kernels/block.ts';
import { tilesOf } from '../../compute/matrix/tiles.ts';
import { openMatrix, openPlate } from '../../compute/stores/index.ts';
import type { MatrixSpec } from '../../compute/stores/contract.ts';

interface Share {
  readonly spec: MatrixSpec;
  readonly worker: number;
  readonly workers: number;
}

if (isMainThread) {
  const workers = Number(process.argv[2]);
  const plate = await openPlate(process.argv[3]!);
  const spec = plate.counts();
  if (!spec) throw new Error('no counts');
  const seats = Array.from({ length: workers }, (_, worker) => new Worker(new URL(import.meta.url), { workerData: { spec, worker, workers } satisfies Share }));
  await Promise.all(seats.map((seat) => new Promise((resolve) => seat.once('message', resolve))));
  const start = performance.now();
  const sums = await Promise.all(seats.map((seat) => new Promise<number>((resolve) => {
    seat.once('message', (sum: number) => resolve(sum));
    seat.postMessage('go');
  })));
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ ok: true, seconds, cells: plate.nObs, sum: sums.reduce((a, b) => a + b, 0), cells_per_second: plate.nObs / seconds }));
  await Promise.all(seats.map((seat) => seat.terminate()));
} else {
  const { spec, worker, workers } = workerData as Share;
  parentPort!.once('message', () => void readShare().then((sum) => parentPort!.postMessage(sum)));
  parentPort!.postMessage('ready');

  async function readShare(): Promise<number> {
    const reader = openMatrix(spec, plainArena);
    let sum = 0;
    for (const tile of tilesOf([{ nObs: spec.facts.nObs }])) {
      if (Math.floor(tile.index / 2) % workers !== worker) continue;
      for await (const block of reader.blocks({ rowStart: tile.rowStart, rowEnd: tile.rowStart + tile.rows, maxRows: 4096, maxStored: 1 << 24 })) {
        const end = block.indptr[block.rows]!;
        for (let p = 0; p < end; p++) sum += block.values[p]!;
      }
    }
    return sum;
  }
}
