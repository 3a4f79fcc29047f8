/** For tests: minibatches as PyTorch gets them from the Python loader that lies beside an order, and as our own loader gives them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Loader } from '../contract.ts';
import { denseOf } from './plates.cases.ts';

export interface Digested {
  readonly rows: readonly number[];
  readonly digest: string;
}

const has = (name: string, packages: string): boolean => spawnSync(name, ['-c', `import ${packages}`], { timeout: 60_000 }).status === 0;
/** A Python with torch; undefined where there is none. */
export const torchPython = [process.env['TRUCKEE_PYTHON'], 'python3', '/usr/bin/python3'].filter((name) => name !== undefined).find((name) => has(name, 'torch, h5py, scipy'));
export const pythonReadsZarr = torchPython !== undefined && has(torchPython, 'zarr');

const script = `
import hashlib, json, sys, warnings
sys.path.insert(0, sys.argv[1])
warnings.simplefilter("ignore")
import torch
from truckee_order import OrderedCells, to_sparse
out = []
torch.set_num_threads(1)
for parts, rows in torch.utils.data.DataLoader(OrderedCells(sys.argv[1], epoch=int(sys.argv[3])), batch_size=None, num_workers=int(sys.argv[2]), collate_fn=lambda one: one):
    x = to_sparse(parts)
    out.append({"rows": rows.tolist(), "digest": hashlib.sha256(x.to_dense().numpy().tobytes()).hexdigest()})
print(json.dumps(out))
`;

export const pythonMinibatches = (folder: string, workers: number, epoch: number): Digested[] =>
  JSON.parse(execFileSync(torchPython!, ['-c', script, folder, String(workers), String(epoch)], { encoding: 'utf8', maxBuffer: 1 << 26, timeout: 60_000 })) as Digested[];

export async function ownMinibatches(loader: Loader, epoch: number): Promise<Digested[]> {
  const mine: Digested[] = [];
  for await (const batch of loader.epoch(epoch)) mine.push({ rows: [...batch.rows], digest: createHash('sha256').update(denseOf(batch, loader.genes.length)).digest('hex') });
  return mine;
}
