/** Worker thread of a crew: reads the rows of one task, or packs one chunk, after the other. */
import { parentPort } from 'node:worker_threads';
import { failure, toErrorData } from '../../../protocol/errors.ts';
import { packChunk } from '../../codecs/deflate/packer.ts';
import type { CsrRows } from '../../results/h5ad/sparse.ts';
import { rowReader, type RowReader, type RowTask } from '../rows.ts';
import type { FromWorker, SpareRows, ToWorker } from './messages.ts';

const port = parentPort!;
/** Whoever cancels ends this thread. */
const { signal } = new AbortController();
let reader: RowReader | null = null;
let before: Promise<void> = Promise.resolve();

const say = (message: FromWorker, moved: ArrayBuffer[]): void => port.postMessage(message, moved);

port.on('message', (message: ToWorker) => {
  before = before.then(() => handle(message));
});

async function handle(message: ToWorker): Promise<void> {
  if (message.kind === 'plates') {
    reader = rowReader(message.plates);
    return;
  }
  const { id } = message;
  try {
    if (message.kind === 'pack') {
      const packed = packChunk(message.chunk, message.bytes, message.elementBytes);
      say({ kind: 'packed', id, ...packed }, [packed.chunk]);
    } else {
      const { rows, indptr, indices, values } = await read(message.task, message.spare);
      say({ kind: 'rows', id, rows, indptr, indices, values }, [indptr.buffer, indices.buffer, values.buffer]);
    }
  } catch (thrown) {
    say({ kind: 'failed', id, error: describe(thrown) }, []);
  }
}

interface OwnRows extends CsrRows {
  readonly indptr: Int32Array<ArrayBuffer>;
  readonly indices: Int32Array<ArrayBuffer>;
  readonly values: Float32Array<ArrayBuffer>;
}

/** All rows of a task in one block whose arrays can be given away. */
async function read(task: RowTask, spare: SpareRows | null): Promise<OwnRows> {
  if (reader === null) throw failure('internal', { detail: 'rows were asked for before their plates were named' });
  const indptr = new Int32Array(task.kept.length + 1);
  let indices = new Int32Array(spare?.indices ?? new ArrayBuffer(0));
  let values = new Float32Array(spare?.values ?? new ArrayBuffer(0));
  let [rows, stored] = [0, 0];
  for await (const block of reader.blocks(task, signal)) {
    const [first, last] = [block.indptr[0]!, block.indptr[block.rows]!];
    const needed = stored + last - first;
    if (needed > indices.length) {
      // Mostly one block is all: no more than it needs, a little rounded so that it serves for the next task too.
      const [old, oldValues, room] = [indices.subarray(0, stored), values.subarray(0, stored), Math.ceil((needed * 1.1) / 65_536) * 65_536];
      indices = new Int32Array(room);
      values = new Float32Array(room);
      indices.set(old);
      values.set(oldValues);
    }
    indices.set(block.indices.subarray(first, last), stored);
    values.set(block.values.subarray(first, last), stored);
    for (let row = 0; row < block.rows; row++) indptr[++rows] = stored + block.indptr[row + 1]! - first;
    stored = needed;
  }
  return { rows, indptr, indices, values };
}

/** An allocation that failed is not a defect. */
function describe(thrown: unknown): ReturnType<typeof toErrorData> {
  const allocation = thrown instanceof RangeError && /allocation|memory|array length/i.test(thrown.message);
  return allocation ? failure('worker-memory', { step: 'export', chunkRows: 0 }, thrown).data : toErrorData(thrown);
}
