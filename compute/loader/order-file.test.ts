import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLoader } from './loader.ts';
import { writeOrder } from './order-file.ts';
import { denseOf, testPlates, type TestPlates } from './testing/plates.cases.ts';

const python = [process.env['TRUCKEE_PYTHON'], 'python3', '/usr/bin/python3'].find((name) => name !== undefined && spawnSync(name, ['-c', 'import torch, h5py, scipy'], { timeout: 60_000 }).status === 0);
let plates: TestPlates;
beforeAll(async () => {
  plates = await testPlates(500);
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

const script = `
import hashlib, json, sys, warnings
sys.path.insert(0, sys.argv[1])
warnings.simplefilter("ignore")
import torch
from truckee_order import OrderedCells, to_sparse
out = []
torch.set_num_threads(1)
for parts, rows in torch.utils.data.DataLoader(OrderedCells(sys.argv[1], epoch=1), batch_size=None, num_workers=int(sys.argv[2]), collate_fn=lambda one: one):
    x = to_sparse(parts)
    out.append({"rows": rows.tolist(), "digest": hashlib.sha256(x.to_dense().numpy().tobytes()).hexdigest()})
print(json.dumps(out))
`;

describe.skipIf(python === undefined)('the same minibatches in PyTorch (needs Python with torch)', () => {
  test.each([['chunks', 0], ['blocks', 2]] as const)('%s, %i torch workers: cells and values of every minibatch', async (kind, workers) => {
    const loader = await openLoader({ files: plates.files, strategy: kind === 'blocks' ? { kind, block: 5 } : { kind }, batch: 50, fetchFactor: 3, workers: 0, seed: 9 });
    const folder = join(plates.folder, kind);
    writeOrder(loader, folder, 2);
    const mine: unknown[] = [];
    for await (const batch of loader.epoch(1)) mine.push({ rows: [...batch.rows], digest: createHash('sha256').update(denseOf(batch, 500)).digest('hex') });
    await loader.close();
    const theirs = JSON.parse(execFileSync(python!, ['-c', script, folder, String(workers)], { encoding: 'utf8', maxBuffer: 1 << 26, timeout: 60_000 })) as { rows: number[] }[];
    // Torch takes minibatches from its workers in turn; without workers the order is ours too.
    const byRows = (list: readonly unknown[]): string[] => list.map((one) => JSON.stringify(one)).sort();
    if (workers === 0) expect(theirs).toEqual(mine);
    else expect(byRows(theirs)).toEqual(byRows(mine));
  });
});
