import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLoader } from './loader.ts';
import { writeOrder } from './order-file.ts';
import { ownMinibatches, pythonMinibatches, torchPython } from './testing/order.cases.ts';
import { testPlates, type TestPlates } from './testing/plates.cases.ts';

let plates: TestPlates;
beforeAll(async () => {
  plates = await testPlates(500);
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

describe.skipIf(torchPython === undefined)('the same minibatches in PyTorch (needs Python with torch)', () => {
  test.each([['chunks', 0], ['blocks', 2]] as const)('%s, %i torch workers: cells and values of every minibatch', async (kind, workers) => {
    const loader = await openLoader({ files: plates.files, strategy: kind === 'blocks' ? { kind, block: 5 } : { kind }, batch: 50, fetchFactor: 3, workers: 0, seed: 9 });
    const folder = join(plates.folder, kind);
    writeOrder(loader, folder, 2);
    const mine = await ownMinibatches(loader, 1);
    await loader.close();
    const theirs = pythonMinibatches(folder, workers, 1);
    // Torch takes minibatches from its workers in turn; without workers the order is ours too.
    const byRows = (list: readonly unknown[]): string[] => list.map((one) => JSON.stringify(one)).sort();
    if (workers === 0) expect(theirs).toEqual(mine);
    else expect(byRows(theirs)).toEqual(byRows(mine));
  });

  test('chosen genes in an order of their own: columns are those of the loader', async () => {
    const probe = await openLoader({ files: plates.files, strategy: { kind: 'streaming' }, workers: 0 });
    const genes = [...probe.genes.slice(100, 160)].reverse();
    await probe.close();
    const loader = await openLoader({ files: plates.files, genes, strategy: { kind: 'blocks', block: 5 }, batch: 50, fetchFactor: 3, workers: 0, seed: 9 });
    const folder = join(plates.folder, 'chosen');
    expect(writeOrder(loader, folder, 1).filter((path) => path.includes('columns-'))).toHaveLength(3);
    expect(pythonMinibatches(folder, 0, 0)).toEqual(await ownMinibatches(loader, 0));
    await loader.close();
  });
});
