/** What a crew packs and reads is what one thread would pack and read, and it says why it cannot. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { threadDeflater } from '../../codecs/deflate/deflater.ts';
import { shuffleBytes } from '../../codecs/deflate/zlib.ts';
import { createRandom } from '../../random/random.ts';
import type { Plate } from '../../matrix/plates.ts';
import { createH5ad } from '../../results/h5ad/index.ts';
import { openPlate } from '../../stores/index.ts';
import type { RowTask } from '../rows.ts';
import { openCrew } from './crew.ts';

const deflater = threadDeflater()!;

describe('a crew', () => {
  test('packs many chunks to the same bytes as one thread would, and gives their memory back', async () => {
    const crew = openCrew(2);
    try {
      const random = createRandom(5, 0);
      const raws = Array.from({ length: 9 }, (_, n) => Uint8Array.from({ length: 40_000 }, () => random.below(1 + 30 * n)));
      const packed = await Promise.all(raws.map((raw) => crew.pack(raw.slice().buffer, 36_000, { elementBytes: 4, level: 1, shuffle: true })));
      for (const [n, { bytes, spare }] of packed.entries()) {
        expect(Buffer.compare(bytes, deflater.deflate(raws[n]!.subarray(0, 36_000), 4)!)).toBe(0);
        expect(spare?.byteLength).toBeGreaterThanOrEqual(bytes.length);
      }
      const strong = await crew.pack(raws[0]!.slice().buffer, 36_000, { elementBytes: 4, level: 6, shuffle: true });
      expect(Buffer.compare(inflateSync(strong.bytes), shuffleBytes(raws[0]!.subarray(0, 36_000), 4))).toBe(0);
    } finally {
      await crew.close();
    }
    await expect(crew.pack(new ArrayBuffer(8), 8, { elementBytes: 4, level: 1, shuffle: true })).rejects.toThrow();
  });
});

describe('rows by a crew', () => {
  const folder = mkdtempSync(join(tmpdir(), 'truckee-crew-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const [nObs, nVars, perRow] = [2000, 300, 25];
  const random = createRandom(8, 0);
  /** Genes of a row in any order. */
  const genes = Array.from({ length: nObs }, () => [...new Set(Array.from({ length: perRow }, () => random.below(nVars)))]);
  const countOf = (row: number, gene: number): number => 1 + ((row + gene) % 5);
  let plates: Plate[] = [];

  beforeAll(async () => {
    const path = join(folder, 'plate.h5ad');
    const file = createH5ad(path, { nObs, nVars });
    const csr = file.csr('X', { valueChunk: 1000, indexChunk: 700 });
    const indices = Int32Array.from(genes.flat());
    const indptr = new Int32Array(nObs + 1);
    genes.forEach((row, i) => (indptr[i + 1] = indptr[i]! + row.length));
    await csr.append({ rows: nObs, indptr, indices, values: Float32Array.from(genes.flatMap((row, i) => row.map((gene) => countOf(i, gene)))) });
    for (const [axis, length] of [['obs', nObs], ['var', nVars]] as const) await file.frame(axis).index.append(Array.from({ length }, (_, i) => `${axis}${i}`));
    await file.close();
    const plate = await openPlate(path);
    const toCommon = Int32Array.from({ length: nVars }, (_, gene) => (gene % 7 === 0 ? -1 : nVars - 1 - gene));
    plates = [null, toCommon].map((map, i): Plate => ({ name: `p${i}`, path, spec: plate.counts()!, rowOffset: i * nObs, nObs, nVars, toCommon: map }));
    plate.close();
  });

  /** Stretches and lone rows of both plates. */
  const tasks = (): RowTask[] =>
    [0, 1].flatMap((plate) =>
      Array.from({ length: 25 }, (_, n): RowTask => ({
        plate, rowStart: 80 * n, kept: Int32Array.from(n % 3 === 0 ? [3, 9, 40, 41, 79] : Array.from({ length: 60 }, (__, i) => i + (n % 20))), factors: null, logScale: 1,
      })),
    );

  test.each([1, 3])('come in order, genes ascending, by %i thread(s)', async (threads) => {
    const crew = openCrew(threads);
    const found: [number, number][][] = [];
    try {
      for await (const { rows, indptr, indices, values } of crew.rows(plates, tasks())) {
        for (let row = 0; row < rows; row++) found.push(Array.from(indices.subarray(indptr[row], indptr[row + 1]), (gene, i) => [gene, values[indptr[row]! + i]!]));
      }
    } finally {
      await crew.close();
    }
    const expected = tasks().flatMap(({ plate, rowStart, kept }) =>
      Array.from(kept, (at) => {
        const common = plates[plate]!.toCommon;
        const entries = genes[rowStart + at]!.map((gene): [number, number] => [common === null ? gene : common[gene]!, countOf(rowStart + at, gene)]);
        return entries.filter(([gene]) => gene >= 0).sort(([a], [b]) => a - b);
      }),
    );
    expect(found).toEqual(expected);
  });

  test('of a damaged chunk are refused with its name', async () => {
    const { spec } = plates[0]!;
    if (spec.kind !== 'csr' || spec.data.layout.kind !== 'chunked') throw new Error('not the file that was made');
    const path = join(folder, 'damaged.h5ad');
    const bytes = readFileSync(plates[0]!.path);
    bytes.fill(0xff, spec.data.layout.index.offset[20]! + 8, spec.data.layout.index.offset[20]! + 60);
    writeFileSync(path, bytes);
    const damaged = [{ ...plates[0]!, path, spec: { ...spec, data: { ...spec.data, file: path }, indices: { ...spec.indices, file: path }, indptr: { ...spec.indptr, file: path } } }];
    const crew = openCrew(2);
    try {
      const drain = async (): Promise<void> => {
        for await (const block of crew.rows(damaged, tasks().slice(0, 25))) expect(block.rows).toBeGreaterThan(0);
      };
      await expect(drain()).rejects.toMatchObject({ kind: 'corrupt-chunk' });
    } finally {
      await crew.close();
    }
  });
});
