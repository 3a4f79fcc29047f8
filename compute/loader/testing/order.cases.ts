/** For tests: minibatches as PyTorch gets them from the Python loader that lies beside an order, and as our own loader gives them. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { pythonWith } from '../../kernels/testing/python.ts';
import type { Loader } from '../contract.ts';
import { denseOf } from './plates.cases.ts';

export interface Digested {
  readonly rows: readonly number[];
  readonly digest: string;
}

export const torchPython = pythonWith('torch', 'h5py', 'scipy', 'zarr');

/** Starting PyTorch takes longer than all these epochs: one program reads them all. */
const script = `
import hashlib, json, sys, warnings
wanted = json.loads(sys.argv[1])
sys.path.insert(0, wanted[0]["folder"])
warnings.simplefilter("ignore")
import torch
from truckee_order import OrderedCells, to_sparse
torch.set_num_threads(1)
def minibatches(folder, workers, epoch):
    out = []
    for parts, rows in torch.utils.data.DataLoader(OrderedCells(folder, epoch=epoch), batch_size=None, num_workers=workers, collate_fn=lambda one: one):
        x = to_sparse(parts)
        out.append({"rows": rows.tolist(), "digest": hashlib.sha256(x.to_dense().numpy().tobytes()).hexdigest()})
    return out
print(json.dumps([minibatches(**one) for one in wanted]))
`;

export interface WantedEpoch {
  /** Where the order was written. */
  readonly folder: string;
  readonly workers: number;
  readonly epoch: number;
}

/** The minibatches of each epoch, in turn. */
export const pythonMinibatches = (wanted: readonly WantedEpoch[]): Digested[][] =>
  JSON.parse(execFileSync(torchPython!, ['-c', script, JSON.stringify(wanted)], { encoding: 'utf8', maxBuffer: 1 << 26, timeout: 120_000 })) as Digested[][];

export async function ownMinibatches(loader: Loader, epoch: number): Promise<Digested[]> {
  const mine: Digested[] = [];
  for await (const batch of loader.epoch(epoch)) mine.push({ rows: [...batch.rows], digest: createHash('sha256').update(denseOf(batch, loader.genes.length)).digest('hex') });
  return mine;
}
