/** The two lines of a Matrix Market file that say what follows: kind of values, and how many rows, columns and entries. */
import { failure } from '../../../protocol/errors.ts';
import { fileLines } from './bytes.ts';

export interface MtxHeader {
  readonly values: 'integer' | 'real' | 'pattern';
  readonly rows: number;
  readonly columns: number;
  readonly stored: number;
}

/** Errors: those of reading, corrupt-file, unsupported-encoding (dense, complex or symmetric matrices). */
export async function readMtxHeader(path: string): Promise<MtxHeader> {
  let values: MtxHeader['values'] | null = null;
  for await (const line of fileLines(path)) {
    if (values === null) {
      values = parseBanner(path, line);
    } else if (line.trim() !== '' && !line.startsWith('%')) {
      return { values, ...parseSize(path, line) };
    }
  }
  throw damaged(path, 'it ends before its size line');
}

function parseBanner(path: string, line: string): MtxHeader['values'] {
  const words = line.trim().toLowerCase().split(/\s+/);
  const [banner, object, layout, values, symmetry] = words;
  if (banner !== '%%matrixmarket' || object !== 'matrix') throw damaged(path, 'its first line is not %%MatrixMarket matrix');
  const readable = layout === 'coordinate' && symmetry === 'general';
  if (readable && (values === 'integer' || values === 'real' || values === 'pattern')) return values;
  throw failure('unsupported-encoding', { path, element: 'the matrix', encoding: words.slice(2).join(' ') });
}

function parseSize(path: string, line: string): Pick<MtxHeader, 'rows' | 'columns' | 'stored'> {
  const numbers = line.trim().split(/\s+/).map(Number);
  const [rows, columns, stored] = numbers;
  if (numbers.length !== 3 || !numbers.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw damaged(path, `its size line reads '${line.slice(0, 60)}'`);
  }
  return { rows: rows!, columns: columns!, stored: stored! };
}

function damaged(path: string, reason: string) {
  return failure('corrupt-file', { path, element: 'the header', reason });
}
