import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLoader } from './loader.ts';
import { writeOrder } from './order-file.ts';
import { ownMinibatches, pythonMinibatches, torchPython, type Digested } from './testing/order.cases.ts';
import { testPlates, type TestPlates } from './testing/plates.cases.ts';

let plates: TestPlates;
beforeAll(async () => {
  plates = await testPlates(500);
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

const cases = [['chunks', 0], ['blocks', 2], ['chosen', 0]] as const;
type Case = (typeof cases)[number][0];
const mine = new Map<Case, Digested[]>();
let theirs: Digested[][] = [];

/** An order of two epochs for each case; what our loader gives in the second, and what PyTorch does. */
async function readBoth(): Promise<void> {
  const common = { files: plates.files, batch: 50, fetchFactor: 3, workers: 0, seed: 9 } as const;
  const probe = await openLoader({ ...common, strategy: { kind: 'streaming' } });
  const genes = [...probe.genes.slice(100, 160)].reverse();
  await probe.close();
  for (const [name] of cases) {
    const loader = await openLoader({ ...common, strategy: name === 'chunks' ? { kind: 'chunks' } : { kind: 'blocks', block: 5 }, ...(name === 'chosen' ? { genes } : {}) });
    const written = writeOrder(loader, join(plates.folder, name), 2);
    expect(written.filter((path) => path.includes('columns-'))).toHaveLength(name === 'chosen' ? 3 : 0);
    mine.set(name, await ownMinibatches(loader, 1));
    await loader.close();
  }
  theirs = pythonMinibatches(cases.map(([name, workers]) => ({ folder: join(plates.folder, name), workers, epoch: 1 })));
}

describe.skipIf(torchPython === null)('the same minibatches in PyTorch (needs Python with torch and zarr)', () => {
  beforeAll(readBoth);

  test.each([['chunks', 0], ['blocks', 2]] as const)('%s, %i torch workers: cells and values of every minibatch', (kind, workers) => {
    const [own, found] = [mine.get(kind)!, theirs[cases.findIndex(([name]) => name === kind)]!];
    // Torch takes minibatches from its workers in turn; without workers the order is ours too.
    const byRows = (list: readonly Digested[]): string[] => list.map((one) => JSON.stringify(one)).sort();
    if (workers === 0) expect(found).toEqual(own);
    else expect(byRows(found)).toEqual(byRows(own));
  });

  test('chosen genes in an order of their own: columns are those of the loader', () => expect(theirs[2]).toEqual(mine.get('chosen')));

  test('small shared memory is said before a worker starts, enough of it is not', () => {
    const said = (free: number): string => execFileSync(torchPython!, ['-c', shared, join(plates.folder, 'chunks'), String(free)], { encoding: 'utf8' });
    expect(said(64 * 2 ** 20)).toMatch(/^\/dev\/shm has 64 MiB free; workers may end with a bus error\..*num_workers=0/);
    expect(said(4 * 2 ** 30)).toBe('');
  });
});

/** The loader with so much of /dev/shm free as is said; prints its warnings. */
const shared = `
import os, sys, types, warnings
sys.path.insert(0, sys.argv[1])
os.statvfs = lambda path: types.SimpleNamespace(f_bavail=int(sys.argv[2]) if path == "/dev/shm" else 0, f_frsize=1)
from truckee_order import OrderedCells
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    OrderedCells(sys.argv[1])
print("".join(str(one.message) for one in said), end="")
`;

test('our own workers map nothing of /dev/shm: minibatches come through memory of the process', async () => {
  const loader = await openLoader({ files: plates.files, strategy: { kind: 'chunks' }, batch: 50, fetchFactor: 3, workers: 2 });
  let cells = 0;
  for await (const batch of loader.epoch(0)) {
    cells += batch.cells;
    if (process.platform === 'linux') expect(readFileSync('/proc/self/maps', 'utf8')).not.toContain('/dev/shm');
  }
  expect(cells).toBe(1200);
  await loader.close();
});
