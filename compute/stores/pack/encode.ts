/** A range of rows packed: what workers do while a pack is built. */
import { packEncoder } from '../../codecs/pack/codec.ts';
import { failure, messageOf } from '../../../protocol/errors.ts';
import { plainArena } from '../../kernels/block.ts';
import type { MatrixSpec } from '../contract.ts';
import { openMatrix } from '../open-matrix.ts';

export interface EncodeRequest {
  readonly matrix: MatrixSpec;
  readonly rowStart: number;
  readonly rowEnd: number;
  /** Gene -> id. */
  readonly ranks: Int32Array;
  /** 1 for mitochondrial genes. */
  readonly mito: Uint8Array;
  readonly fractions: boolean;
}

/** Packed rows one behind the other, and what is known of each over all genes. */
export interface EncodedRows {
  readonly payload: Uint8Array;
  readonly rowBytes: Uint32Array;
  readonly totals: Float64Array;
  readonly detected: Uint32Array;
  readonly mito: Float64Array;
}

/** Errors: not-counts for values that are none; corrupt-file for a gene given twice in a row; those of reading. */
export async function encodeRange({ matrix, rowStart, rowEnd, ranks, mito, fractions }: EncodeRequest, signal?: AbortSignal): Promise<EncodedRows> {
  const encoder = packEncoder(ranks, fractions);
  const rows = rowEnd - rowStart;
  const out = { rowBytes: new Uint32Array(rows), totals: new Float64Array(rows), detected: new Uint32Array(rows), mito: new Float64Array(rows) };
  const parts: Uint8Array[] = [];
  const reader = openMatrix(matrix, plainArena);
  try {
    for await (const block of reader.blocks({ rowStart, rowEnd, maxRows: 512, maxStored: 1 << 22, ...(signal ? { signal } : {}) })) {
      const { indptr, indices, values } = block;
      for (let i = 0; i < block.rows; i++) {
        const row = block.rowStart + i;
        let packed: Uint8Array;
        try {
          packed = encoder.encode(indices, values, indptr[i]!, indptr[i + 1]!, row);
        } catch (cause) {
          throw encodeFailure(messageOf(cause), matrix, row, values.subarray(indptr[i]!, indptr[i + 1]!));
        }
        parts.push(packed.slice());
        const at = row - rowStart;
        out.rowBytes[at] = packed.length;
        for (let k = indptr[i]!; k < indptr[i + 1]!; k++) {
          const value = values[k]!;
          out.totals[at]! += value;
          if (value !== 0) out.detected[at]!++;
          if (mito[indices[k]!] === 1) out.mito[at]! += value;
        }
      }
    }
  } finally {
    reader.close();
  }
  const payload = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    payload.set(part, at);
    at += part.length;
  }
  return { payload, ...out };
}

function encodeFailure(reason: string, matrix: MatrixSpec, row: number, values: Float32Array): Error {
  const path = matrix.kind === 'csr' ? matrix.data.file : matrix.kind === 'dense' ? matrix.values.file : (matrix.spool ?? '');
  const odd = values.find((value) => value < 0 || value !== Math.floor(value) || value >= 2 ** 32);
  if (odd !== undefined) return failure('not-counts', { path, slot: matrix.facts.slot, example: odd, row });
  return failure('corrupt-file', { path, element: matrix.facts.slot, reason: `row ${row}: ${reason}` });
}
