/** Our side of `read`: every value of the count matrix through the engine's own reader, on this one thread. */
import { plainArena } from '../../compute/kernels/block.ts';
import { openMatrix, openPlate } from '../../compute/stores/index.ts';

const start = performance.now();
const cpuStart = process.cpuUsage();
let cells = 0;
let stored = 0;
let sum = 0;
for (const path of process.argv.slice(2)) {
  const plate = await openPlate(path);
  const spec = plate.counts();
  if (!spec) throw new Error(`${path} holds no counts`);
  const reader = openMatrix(spec, plainArena);
  // the tile of 4,096 rows that every pass of the engine reads by
  for await (const block of reader.blocks({ rowStart: 0, rowEnd: plate.nObs, maxRows: 4096, maxStored: 1 << 24 })) {
    const { values, indptr, rows } = block;
    const end = indptr[rows]!;
    for (let p = 0; p < end; p++) sum += values[p]!;
    cells += rows;
    stored += end;
  }
  reader.close();
  plate.close();
}
const cpu = process.cpuUsage(cpuStart);
console.log(JSON.stringify({ ok: true, seconds: (performance.now() - start) / 1000, cpu_seconds: (cpu.user + cpu.system) / 1e6, cells, stored, sum }));
