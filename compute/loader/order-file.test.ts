import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isTruckeeError } from '../../protocol/errors.ts';
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
    expect(JSON.parse(readFileSync(join(plates.folder, name, 'order.json'), 'utf8'))).toHaveProperty('gene_names', name === 'chosen' ? genes : null);
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

  test('an epoch that was not written is named with those there are; one that was is read', () => {
    expect(opened(join(plates.folder, 'chunks'), 1)).toBe('1200 cells');
    for (const epoch of [2, -1]) expect(opened(join(plates.folder, 'chunks'), epoch)).toMatch(new RegExp(`^ValueError epoch ${epoch} was not written: .*chunks has epochs 0 to 1\\. .*--epochs N`));
  });

  test('a file that is not what it was is refused: other bytes, another time, or not there', async () => {
    const [file, folder] = [join(plates.folder, 'other.h5ad'), join(plates.folder, 'watched')];
    copyFileSync(plates.files[0]!, file);
    const { atime, mtime } = statSync(file);
    const loader = await openLoader({ files: [file], strategy: { kind: 'streaming' }, batch: 50, workers: 0 });
    writeOrder(loader, folder, 1);
    await loader.close();
    expect(opened(folder, 0)).toBe('400 cells');
    utimesSync(file, atime, new Date(mtime.getTime() + 2000));
    expect(opened(folder, 0)).toMatch(/^RuntimeError .*other\.h5ad has been written to, or replaced, since\. .*write the order anew: truckee bench loader/);
    copyFileSync(plates.files[1]!, file);
    expect(opened(folder, 0)).toMatch(/^RuntimeError .*other\.h5ad has changed: it had \d+ bytes, and has \d+\. The order in .*watched/);
    rmSync(file);
    expect(opened(folder, 0)).toMatch(/^RuntimeError .*other\.h5ad cannot be looked at \(No such file/);
  });
});

test.skipIf(!existsSync('/proc/self'))('an order for a folder that the system has no place for is refused, not waited for (needs /proc)', async () => {
  const loader = await openLoader({ files: [plates.files[0]!], strategy: { kind: 'streaming' }, workers: 0 });
  for (const folder of ['/proc/truckee/order', '/proc']) expect(() => writeOrder(loader, folder, 1)).toThrow(expect.toSatisfy(isTruckeeError));
  await loader.close();
});

/** What opening an epoch says: its cells, or the error. */
const opened = (folder: string, epoch: number): string => execFileSync(torchPython!, ['-c', opening, folder, String(epoch)], { encoding: 'utf8' });
const opening = `
import sys, types
sys.path.insert(0, sys.argv[1])
# Nothing of it is needed to open an epoch, and loading it takes seconds.
sys.modules["torch"] = types.SimpleNamespace(utils=types.SimpleNamespace(data=types.SimpleNamespace(IterableDataset=object)))
from truckee_order import OrderedCells
try:
    print(len(OrderedCells(sys.argv[1], epoch=int(sys.argv[2])).rows), "cells", end="")
except Exception as error:
    print(type(error).__name__, error, end="")
`;

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
