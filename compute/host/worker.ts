/** Worker thread: reads tiles, runs a pass over them or one heavy call, and answers. Holds its own kernels and files. */
import { parentPort, workerData } from 'node:worker_threads';
import { failure, toErrorData, type ErrorData } from '../../protocol/errors.ts';
import { runCall } from '../calls/table.ts';
import { chooseKernels } from '../kernels/index.ts';
import { openScope, type Scope } from '../kernels/scope.ts';
import type { KernelSet } from '../kernels/kernels.ts';
import type { Plate } from '../matrix/plates.ts';
import type { Tile } from '../matrix/tiles.ts';
import type { OpenPass, PassName, TileWorker } from '../passes/contract.ts';
import { passes } from '../passes/table.ts';
import { openMatrix } from '../stores/index.ts';
import type { MatrixReader } from '../stores/contract.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.ts';

interface OpenedPass {
  readonly scope: Scope;
  readonly worker: TileWorker<unknown>;
  readonly plates: readonly Plate[];
  maxRows: number;
  maxStored: number;
  /** The reader of the plate at hand: tasks come plate by plate. */
  reader: { readonly plate: number; readonly matrix: MatrixReader } | null;
}

const port = parentPort!;
const setup = workerData as WorkerSetup;
const kernels: KernelSet = await chooseKernels(setup.kernels === 'cpu' || setup.kernels === 'wasm' ? setup.kernels : undefined);
let pass: OpenedPass | null = null;

const say = (message: FromWorker): void => port.postMessage(message);
const stopped = (): boolean => Atomics.load(setup.stop, 0) !== 0;

port.on('message', (message: ToWorker) => {
  void handle(message).catch((thrown: unknown) => say({ kind: 'failed', error: describe(thrown) }));
});
say({ kind: 'ready', kernels: kernels.name });

/** An allocation that failed is not a defect: the engine tries again with smaller chunks. */
function describe(thrown: unknown): ErrorData {
  const allocation = thrown instanceof RangeError && /allocation|memory|array length/i.test(thrown.message);
  return allocation ? failure('worker-memory', { step: 'this step', chunkRows: pass?.maxRows ?? 0 }, thrown).data : toErrorData(thrown);
}

async function handle(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'open-pass':
      pass = openPass(message);
      return;
    case 'limit-blocks':
      if (pass) Object.assign(pass, { maxRows: message.maxRows, maxStored: message.maxStored });
      return;
    case 'tiles':
      for (const tile of message.tiles) await runTile(pass!, tile);
      say({ kind: 'tiles-done', heldBytes: kernels.arena.heldBytes() });
      return;
    case 'recycle':
      pass?.worker.recycle?.(message.partial);
      return;
    case 'close-pass':
      pass?.reader?.matrix.close();
      pass?.scope.release();
      pass = null;
      say({ kind: 'pass-closed' });
      return;
    case 'call': {
      const report = (done: number, total: number, unit: string): void => say({ kind: 'call-progress', id: message.id, done, total, unit });
      const scope = openScope(kernels);
      try {
        const value = await runCall(message.name, message.payload, { kernels: scope.kernels, report, stopped });
        say({ kind: 'called', id: message.id, value, heldBytes: kernels.arena.heldBytes() });
      } finally {
        scope.release();
      }
      return;
    }
    default:
      message satisfies never;
  }
}

function openPass(message: Extract<ToWorker, { kind: 'open-pass' }>): OpenedPass {
  if (!Object.hasOwn(passes, message.name)) throw failure('internal', { detail: `no pass named ${message.name}` });
  // The name and its spec were typed together by the engine that sent them.
  const open = passes[message.name as PassName] as OpenPass<PassName>;
  const scope = openScope(kernels);
  const worker = open(message.spec as Parameters<typeof open>[0], message.plates, scope.kernels) as TileWorker<unknown>;
  return { scope, worker, plates: message.plates, maxRows: message.maxRows, maxStored: message.maxStored, reader: null };
}

async function runTile(open: OpenedPass, tile: Tile): Promise<void> {
  open.worker.begin(tile, open.plates[tile.plate]!);
  const stored = open.worker.atHand?.(tile) ? 0 : await readTile(open, tile);
  say({ kind: 'partial', tile, partial: open.worker.end(), stored });
  // Lets messages in (recycled buffers, a stop) before the next tile.
  await new Promise((resolve) => setImmediate(resolve));
}

/** Feeds the tile's rows to the pass; returns the stored entries read. */
async function readTile(open: OpenedPass, tile: Tile): Promise<number> {
  if (open.reader?.plate !== tile.plate) {
    open.reader?.matrix.close();
    open.reader = { plate: tile.plate, matrix: openMatrix(open.plates[tile.plate]!.spec, open.scope.kernels.arena) };
  }
  let stored = 0;
  const range = { rowStart: tile.rowStart, rowEnd: tile.rowStart + tile.rows, maxRows: open.maxRows, maxStored: open.maxStored };
  for await (const block of open.reader.matrix.blocks(range)) {
    if (stopped()) throw failure('cancelled', { step: 'this step' });
    open.worker.block(block, block.rowStart - tile.rowStart);
    stored += block.indptr[block.rows]!;
  }
  return stored;
}
