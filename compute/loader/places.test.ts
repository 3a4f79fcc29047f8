/** Counts elsewhere than in X of an h5ad in row order: a layer, raw, 10x; and genes first, which has to be turned once. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anndataPython, runScript, scratchFolder } from '../results/testing/python.ts';
import type { Loader } from './contract.ts';
import { openLoader } from './loader.ts';
import { writeOrder } from './order-file.ts';
import { ownMinibatches, pythonMinibatches, torchPython, type Digested } from './testing/order.cases.ts';
import { denseOf } from './testing/plates.cases.ts';

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true }));
const readable = ['layer.h5ad', 'dense layer.h5ad', 'raw.h5ad', 'tenx.h5'];
const columnwise = ['columns.h5ad', 'column layer.h5ad', 'mtx'];
let counts: number[][];
let genes: string[];

const open = (name: string): Promise<Loader> => openLoader({ files: [join(folder, name)], strategy: { kind: 'blocks', block: 4 }, batch: 16, fetchFactor: 2, workers: 0, seed: 3 });

async function expectCounts(name: string): Promise<void> {
  const loader = await open(name);
  expect(loader.genes).toEqual(genes);
  const ids = [89, 0, 7, 7, 42];
  expect([...denseOf(await loader.rows(ids), 12)]).toEqual(ids.flatMap((row) => counts[row]!));
  const seen: number[] = [];
  for await (const batch of loader.epoch(0)) {
    expect([...denseOf(batch, 12)]).toEqual([...batch.rows].flatMap((row) => counts[row]!));
    seen.push(...batch.rows);
  }
  expect(seen.sort((a, b) => a - b)).toEqual(counts.map((_, row) => row));
  await loader.close();
}

async function refusalOf(name: string): Promise<{ kind: string; remedy: string }> {
  return open(name).then(() => ({ kind: 'opened', remedy: '' }), (thrown: { data: { kind: string; remedy: string } }) => thrown.data);
}

describe.skipIf(anndataPython === null)('counts that are not X in row order (need Python to be made)', () => {
  beforeAll(() => {
    ({ counts, genes } = runScript(join(import.meta.dirname, 'testing', 'places.py'), folder) as { counts: number[][]; genes: string[] });
  });

  test.each(readable)('%s: the counts of its cells, each once, with the names of their genes', expectCounts);

  test.skipIf(torchPython === null)('an order file gives PyTorch the same minibatches of each (needs Python with torch and zarr)', async () => {
    const mine: Digested[][] = [];
    for (const name of readable) {
      const loader = await open(name);
      writeOrder(loader, join(folder, `order of ${name}`), 1);
      mine.push(await ownMinibatches(loader, 0));
      await loader.close();
    }
    expect(pythonMinibatches(readable.map((name) => ({ folder: join(folder, `order of ${name}`), workers: 0, epoch: 0 })))).toEqual(mine);
  });

  test('genes first is refused with the lines of Python that turn it, and these do', async () => {
    const refusals = await Promise.all(columnwise.map(refusalOf));
    expect(refusals.map(({ kind }) => kind)).toEqual(columnwise.map(() => 'unsupported-format'));
    const lines = refusals.map(({ remedy }) => /in Python: (.*)$/.exec(remedy)![1]!);
    expect(lines[2]).toMatch(/read_10x_mtx\('mtx'\).*tocsr/);
    const turned = ['turned.h5ad', 'turned layer.h5ad'];
    execFileSync(anndataPython!, ['-W', 'ignore', '-c', turned.map((name, i) => lines[i]!.replace('plate.h5ad', name)).join('\n')], { cwd: folder });
    for (const name of turned) await expectCounts(name);
  });
});
