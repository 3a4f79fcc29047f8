/** A range of rows packed: what workers do while a pack is built. */
import { packEncoder, type PackEncoder } from '../../codecs/pack/encoder.ts';
import { failure, messageOf } from '../../../protocol/errors.ts';
import { createArena } from '../../kernels/wasm/arena.ts';
import type { Arena } from '../../kernels/block.ts';
import { createLinearMemory } from '../../kernels/wasm/memory.ts';
import type { MatrixSpec } from '../contract.ts';
import { openMatrix } from '../open-matrix.ts';

/** Of one range: its packed rows and one block of rows as they are read. */
const mostMemory = 1 << 30;

export interface EncodeRequest {
  readonly matrix: MatrixSpec;
  readonly rowStart: number;
  readonly rowEnd: number;
  /** Gene -> id and what else is to be known of it, see geneRank. */
  readonly ranks: Int32Array;
  readonly fractions: boolean;
}

/** Packed rows one behind the other, and what is known of each over all genes. */
export interface EncodedRows {
  readonly payload: Uint8Array;
  readonly rowBytes: Uint32Array;
  readonly totals: Float64Array;
  readonly detected: Uint32Array;
  readonly mito: Float64Array;
  /** 1 where the row's genes came in ascending order, without stored zeros. */
  readonly ordered: Uint8Array;
}

interface Tools {
  readonly ranks: Int32Array;
  readonly fractions: boolean;
  readonly encoder: PackEncoder;
  readonly arena: Arena;
}

/** What the range before was packed with in this thread, until the collector wants it: memory that is fresh for every range costs page after page. */
let before: WeakRef<Tools> | null = null;

/** Not shared: whoever packs beside the one who took them makes its own. */
function takeTools(ranks: Int32Array, fractions: boolean): Tools {
  const kept = before?.deref();
  before = null;
  if (kept?.fractions === fractions && kept.ranks.length === ranks.length && kept.ranks.every((rank, gene) => rank === ranks[gene])) return kept;
  const memory = createLinearMemory(mostMemory);
  // Rows are read to where the encoder looks at them.
  return { ranks, fractions, encoder: packEncoder(memory, ranks, fractions), arena: createArena(memory) };
}

/** Errors: not-counts for values that are none; corrupt-file for a gene given twice in a row; those of reading. */
export async function encodeRange({ matrix, rowStart, rowEnd, ranks, fractions }: EncodeRequest, signal?: AbortSignal): Promise<EncodedRows> {
  const tools = takeTools(ranks, fractions);
  const { encoder } = tools;
  const rows = rowEnd - rowStart;
  const out = { rowBytes: new Uint32Array(rows), totals: new Float64Array(rows), detected: new Uint32Array(rows), mito: new Float64Array(rows), ordered: new Uint8Array(rows) };
  const reader = openMatrix(matrix, tools.arena);
  try {
    for await (const block of reader.blocks({ rowStart, rowEnd, maxRows: 128, maxStored: 1 << 18, ...(signal ? { signal } : {}) })) {
      const { indptr, indices, values } = block;
      for (let i = 0; i < block.rows; i++) {
        const row = block.rowStart + i;
        const at = row - rowStart;
        try {
          out.rowBytes[at] = encoder.encode(indices, values, indptr[i]!, indptr[i + 1]!, row);
        } catch (cause) {
          throw encodeFailure(messageOf(cause), matrix, row, values.subarray(indptr[i]!, indptr[i + 1]!));
        }
        const { total, mito, detected, ordered } = encoder.sums();
        out.totals[at] = total;
        out.mito[at] = mito;
        out.detected[at] = detected;
        out.ordered[at] = ordered ? 1 : 0;
      }
    }
  } finally {
    reader.close();
  }
  const payload = encoder.take();
  before = new WeakRef(tools);
  return { payload, ...out };
}

function encodeFailure(reason: string, matrix: MatrixSpec, row: number, values: Float32Array): Error {
  const path = matrix.kind === 'csr' ? matrix.data.file : matrix.kind === 'dense' ? matrix.values.file : (matrix.spool ?? '');
  const odd = values.find((value) => value < 0 || value !== Math.floor(value) || value >= 2 ** 32);
  if (odd !== undefined) return failure('not-counts', { path, slot: matrix.facts.slot, example: odd, row, keeps: '--fractions' });
  return failure('corrupt-file', { path, element: matrix.facts.slot, reason: `row ${row}: ${reason}` });
}
