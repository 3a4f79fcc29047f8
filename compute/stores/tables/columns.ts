/** One column of a dataframe group in every encoding AnnData has used, as any range of its rows. */
import { failure } from '../../../protocol/errors.ts';
import type { Column } from '../contract.ts';
import type { Structure } from '../../hdf5/index.ts';
import { codeRange, flagRange, numberRange, vectorLength } from './numbers.ts';
import { textRange, wordsAt } from './labels.ts';

/** Rows [start, end) of the column stored at `name`. Errors: unsupported-encoding, corrupt-file, corrupt-chunk. */
export function readColumn(structure: Structure, name: string, start: number, end: number): Column {
  if (structure.kind(name) === 'group') return readGroupColumn(structure, name, start, end);
  const categories = structure.attribute(name, 'categories');
  if (typeof categories === 'object' && categories !== null && 'reference' in categories) {
    return readReferredCategories(structure, name, categories.reference, start, end);
  }
  return readPlain(structure, name, start, end);
}

function readGroupColumn(structure: Structure, name: string, start: number, end: number): Column {
  const encoding = encodingOf(structure, name);
  switch (encoding) {
    case 'categorical':
      return categorical(structure, `${name}/codes`, `${name}/categories`, structure.attribute(name, 'ordered') === true, start, end);
    case 'nullable-integer':
    case 'nullable-float': {
      const { values } = numberRange(structure, `${name}/values`, start, end);
      const mask = flagRange(structure, `${name}/mask`, start, end);
      mask.forEach((missing, i) => missing && (values[i] = NaN));
      return { kind: 'number', values, integer: encoding === 'nullable-integer' };
    }
    case 'nullable-boolean':
      return {
        kind: 'boolean',
        values: flagRange(structure, `${name}/values`, start, end),
        missing: flagRange(structure, `${name}/mask`, start, end),
      };
    case 'nullable-string-array':
      return {
        kind: 'string',
        values: textRange(structure, `${name}/values`, start, end),
        missing: flagRange(structure, `${name}/mask`, start, end),
      };
    default:
      throw failure('unsupported-encoding', { path: structure.path, element: name, encoding });
  }
}

/** The name AnnData gives an encoding; a group without one is judged by its members. */
function encodingOf(structure: Structure, name: string): string {
  const stated = structure.attribute(name, 'encoding-type');
  if (typeof stated === 'string' && stated !== '') return stated;
  const members = structure.children(name);
  return members.includes('codes') && members.includes('categories') ? 'categorical' : 'a group without an encoding';
}

/** AnnData 0.7: the column holds codes, and an attribute points to its categories. */
function readReferredCategories(structure: Structure, name: string, target: string, start: number, end: number): Column {
  if (structure.kind(target) !== 'dataset') {
    throw failure('corrupt-file', { path: structure.path, element: name, reason: 'its categories are missing' });
  }
  return categorical(structure, name, target, structure.attribute(target, 'ordered') === true, start, end);
}

function categorical(structure: Structure, codesName: string, categoriesName: string, ordered: boolean, start: number, end: number): Column {
  const categories = textRange(structure, categoriesName, 0, vectorLength(structure, wordsAt(structure, categoriesName)));
  const codes = codeRange(structure, codesName, start, end);
  checkCodes(codes, categories.length, structure.path, codesName, start);
  return { kind: 'categorical', codes, categories, ordered };
}

/** Codes below 0 become -1 (missing); a code without a category is damage. */
export function checkCodes(codes: Int32Array, levels: number, path: string, element: string, start: number): void {
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code < 0) codes[i] = -1;
    else if (code >= levels) {
      throw failure('corrupt-file', { path, element, reason: `row ${start + i} has the code ${code} of ${levels} categories` });
    }
  }
}

function readPlain(structure: Structure, name: string, start: number, end: number): Column {
  const { element, shape } = structure.dataset(name);
  if (shape === null || shape.length !== 1) {
    const encoding = shape === null ? 'an empty dataspace' : `an array with ${shape.length} axes`;
    throw failure('unsupported-encoding', { path: structure.path, element: name, encoding });
  }
  switch (element.kind) {
    case 'boolean':
      return { kind: 'boolean', values: flagRange(structure, name, start, end), missing: null };
    case 'number': {
      const { dtype, values } = numberRange(structure, name, start, end);
      return { kind: 'number', values, integer: !dtype.startsWith('float'), ...(dtype === 'float32' ? { single: true } : {}) };
    }
    case 'string':
    case 'reference':
    case 'record':
    case 'other':
      return { kind: 'string', values: textRange(structure, name, start, end) };
  }
}
