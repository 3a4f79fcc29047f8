/** Integration: the transport loop on 14 x 2,048 centroids against numpy, and cells' nearest centroids against scikit-learn. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../compute/random/random.ts';
import type { Answer, PairedCase, Round } from '../harness/case.ts';
import { oursProgram, peerProgram } from '../harness/truckee.ts';

const batches = 14;
const perBatch = 2048;
const dims = 50;
const types = 30;
/** A tenth of a million: the peer takes half a minute for them on one core. */
const cells = 100_000;

/** Embeddings like principal components: falling spread, 30 cell types, an offset per batch. Batches in turn. */
function makeRows(n: number, batchOf: (row: number) => number, stream: number): Float32Array {
  const fixed = createRandom(1, 0);
  const scale = Float64Array.from({ length: dims }, (_, d) => 1.5 - (1.2 * d) / (dims - 1));
  const centers = Float64Array.from({ length: types * dims }, (_, i) => 4 * fixed.normal() * scale[i % dims]!);
  const offsets = Float64Array.from({ length: batches * dims }, (_, i) => fixed.normal() * scale[i % dims]!);
  const random = createRandom(2, stream);
  const values = new Float32Array(n * dims);
  for (let row = 0; row < n; row++) {
    const type = random.below(types);
    for (let d = 0; d < dims; d++) values[row * dims + d] = centers[type * dims + d]! + offsets[batchOf(row) * dims + d]! + random.normal();
  }
  return values;
}

async function prepareCentroids({ scratch }: Round): Promise<void> {
  writeFileSync(join(scratch, 'centroids.f32'), makeRows(batches * perBatch, (row) => Math.floor(row / perBatch), 0));
}

const centroidArguments = ({ scratch }: Round): string[] => [join(scratch, 'centroids.f32'), '--batches', String(batches), '--dims', String(dims)];

interface Turn {
  readonly mix: number;
  readonly overlap0: number;
  readonly strain: number;
  readonly J: number;
}

const figures = ['mix', 'overlap0', 'strain', 'J'] as const;
const turnsOf = (answer: Answer): Turn[] => answer['log'] as Turn[];
const tolerance = 1e-3;
const drawsFile = ({ scratch }: Round): string => join(scratch, 'draws');

export const transport: PairedCase = {
  kind: 'paired',
  title: 'transport loop on 14 x 2,048 centroids, 50 dimensions',
  reach: 'at least 3x numpy, scipy and scikit-learn; the same figures in every turn to 1e-3',
  metric: 'seconds',
  leastRatio: 3,
  data: 'none',
  ours: { prepare: prepareCentroids, command: (round) => oursProgram('ot', ...centroidArguments(round), '--threads', String(round.threads), '--draws', drawsFile(round)) },
  // The peer clusters in full, then goes on from our clusters: the same turns on both sides.
  peer: { prepare: prepareCentroids, command: (round) => peerProgram('ot', ...centroidArguments(round), '--draws', String(round.ours!.answer['draws'])) },
  async compare(ours, peer) {
    const [a, b] = [turnsOf(ours.answer), turnsOf(peer.answer)];
    if (a.length !== b.length) return [`${a.length} turns here, ${b.length} there`];
    const gaps = a.flatMap((turn, t) => figures.map((name) => ({ name: `turn ${t + 1}, ${name}`, here: turn[name], there: b[t]![name] })));
    gaps.push({ name: 'mix at the start', here: Number(ours.answer['mix0']), there: Number(peer.answer['mix0']) });
    console.log(`${a.length} turns; largest difference of a figure: ${Math.max(...gaps.map(({ here, there }) => Math.abs(here - there))).toExponential(1)}`);
    return gaps.filter(({ here, there }) => !(Math.abs(here - there) <= tolerance)).map(({ name, here, there }) => `${name}: ${here} here, ${there} there`);
  },
};

async function prepareCells(round: Round): Promise<void> {
  await prepareCentroids(round);
  const random = createRandom(3, 0);
  writeFileSync(join(round.scratch, 'cells.f32'), makeRows(cells, () => random.below(batches), 1));
}

const cellArguments = (round: Round): string[] => [join(round.scratch, 'centroids.f32'), join(round.scratch, 'cells.f32'), '--dims', String(dims)];

export const carry: PairedCase = {
  kind: 'paired',
  title: '8 nearest of 28,672 centroids for 100,000 cells, exact',
  reach: 'at least 2x scikit-learn brute force; by the 16 nearest lists at least 4x with recall 0.98',
  metric: 'seconds',
  leastRatio: 2,
  data: 'none',
  ours: { prepare: prepareCells, command: (round) => oursProgram('carry', ...cellArguments(round), '--threads', String(round.threads)) },
  peer: { prepare: prepareCells, command: (round) => peerProgram('carry', ...cellArguments(round)) },
  async compare(ours, peer) {
    const problems: string[] = [];
    if (Math.abs(Number(ours.answer['sum']) / Number(peer.answer['sum']) - 1) > 1e-5) problems.push(`distances add up to ${String(ours.answer['sum'])} here, ${String(peer.answer['sum'])} there`);
    const ratio = peer.answer.seconds / Number(ours.answer['ivf_seconds']);
    // Processor time stays what it is beside other work.
    const [exact, lists] = (['cpu_seconds', 'ivf_cpu_seconds'] as const).map((name) => Number(peer.answer['cpu_seconds']) / Number(ours.answer[name]));
    console.log(`by lists: ${ratio.toFixed(1)}x, recall ${String(ours.answer['recall'])}; in processor time exact ${exact!.toFixed(2)}x, by lists ${lists!.toFixed(2)}x`);
    if (!(Number(ours.answer['recall']) >= 0.98)) problems.push(`recall ${String(ours.answer['recall'])}`);
    return problems;
  },
};
