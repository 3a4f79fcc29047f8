/** Category labels and index values as text, written as Python writes them, so that they match what users see there. */
import type { Dtype } from '../../../protocol/matrix.ts';
import type { Structure } from '../../hdf5/index.ts';
import { failure } from '../../../protocol/errors.ts';
import { checkLength, numberRange } from './numbers.ts';

/** Elements [start, end) of a 1-D dataset of any readable type as text. Errors: unsupported-encoding, corrupt-file. */
export function textRange(structure: Structure, name: string, start: number, end: number): string[] {
  const place = wordsAt(structure, name);
  const { element, shape } = structure.dataset(place);
  switch (element.kind) {
    case 'string':
      checkLength(structure, place, shape?.[0] ?? 1, end);
      return structure.strings(place, start, end);
    case 'boolean':
      return Array.from(numberRange(structure, name, start, end).values, (value) => (value === 0 ? 'False' : 'True'));
    case 'number': {
      const { dtype, values } = numberRange(structure, name, start, end);
      return Array.from(values, (value) => numberLabel(value, dtype));
    }
    case 'reference':
    case 'record':
    case 'other':
      throw failure('unsupported-encoding', {
        path: structure.path, element: name, encoding: element.kind === 'other' ? element.words : `${element.kind}s`,
      });
  }
}

/** Where words lie: anndata 0.11 may write those of an index or of categories as a group of values and a mask, in which nothing is missing. */
export function wordsAt(structure: Structure, name: string): string {
  return structure.kind(name) === 'group' && structure.kind(`${name}/values`) === 'dataset' ? `${name}/values` : name;
}

/** A number as Python's str() of the numpy scalar: whole floats keep their point, float32 shows only its own digits. */
export function numberLabel(value: number, dtype: Dtype): string {
  if (!dtype.startsWith('float')) return String(value);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const shortest = dtype === 'float32' ? shortestFloat32(value) : value;
  const size = Math.abs(shortest);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent] = shortest.toExponential().split('e') as [string, string];
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  return Number.isInteger(shortest) ? `${Object.is(shortest, -0) ? '-0' : shortest}.0` : String(shortest);
}

/** The shortest decimal that reads back as the same float32. */
function shortestFloat32(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}
