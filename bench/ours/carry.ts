/** Our side of `carry`: nearest centroids of cells by lists, exact and by the nearest lists only, on worker threads. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { makeLists, partition, searchLists, type RowLists } from '../../compute/integration/lists.ts';
import { shared } from '../../compute/integration/loop.ts';
import { overlapOf } from '../../compute/integration/measures.ts';
import type { Nearest, Rows } from '../../compute/integration/search.ts';
import { chooseKernels } from '../../compute/kernels/index.ts';

const k = 8;
const pieceRows = 8192;
const kernels = await chooseKernels();

interface Part {
  readonly lists: RowLists;
  readonly cells: Rows;
  readonly probes: number | null;
}

/** In pieces as a run has them. */
function search({ lists, cells, probes }: Part): Nearest {
  const found: Nearest = { k, indices: new Int32Array(cells.n * k), squared: new Float32Array(cells.n * k) };
  for (let start = 0; start < cells.n; start += pieceRows) {
    const n = Math.min(pieceRows, cells.n - start);
    const piece = searchLists(lists, { values: cells.values.subarray(start * cells.dims, (start + n) * cells.dims), n, dims: cells.dims }, { k, self: null, probes }, kernels);
    found.indices.set(piece.indices, start * k);
    found.squared.set(piece.squared, start * k);
  }
  return found;
}

function readRows(path: string, dims: number): Rows {
  const bytes = readFileSync(path);
  const values = shared(bytes.length / 4);
  values.set(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4));
  return { values, n: values.length / dims, dims };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { dims: { type: 'string' }, threads: { type: 'string', default: '1' } } });
  const dims = Number(values.dims);
  const threads = Number(values.threads);
  const centroids = readRows(positionals[0]!, dims);
  const cells = readRows(positionals[1]!, dims);
  const timed = async (probes: number | null): Promise<{ seconds: number; cpu: number; found: Nearest[] }> => {
    const [started, used] = [performance.now(), process.cpuUsage()];
    const lists = makeLists(centroids, partition(centroids, kernels, 0), shared(centroids.values.length));
    const share = Math.ceil(cells.n / threads);
    const parts = Array.from({ length: threads }, (_, t): Part => {
      const n = Math.min(share, cells.n - t * share);
      return { lists, probes, cells: { values: cells.values.subarray(t * share * dims, (t * share + n) * dims), n, dims } };
    });
    const found = threads === 1 ? [search(parts[0]!)] : await Promise.all(parts.map(onWorker));
    const { user, system } = process.cpuUsage(used);
    return { seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6, found };
  };
  const exact = await timed(null);
  const ivf = await timed(16);
  const sum = exact.found.reduce((all, { squared }) => squared.reduce((a, b) => a + Math.sqrt(b), all), 0);
  const recall = exact.found.reduce((all, found, i) => all + overlapOf(found, ivf.found[i]!, centroids.n) * (found.indices.length / k), 0) / cells.n;
  console.log(JSON.stringify({ seconds: exact.seconds, cells: cells.n, sum, cpu_seconds: exact.cpu, ivf_seconds: ivf.seconds, ivf_cpu_seconds: ivf.cpu, recall }));
}

function onWorker(part: Part): Promise<Nearest> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: part });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

if (isMainThread) await main();
else parentPort!.postMessage(search(workerData as Part));
