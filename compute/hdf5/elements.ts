/** What the elements of a dataset or attribute are, said in few kinds, from the library's many type classes. */
import type { CompoundMember, Metadata } from 'h5wasm/node';
import type { Dtype } from '../../protocol/matrix.ts';

export type Element =
  | { readonly kind: 'number'; readonly dtype: Dtype }
  | { readonly kind: 'boolean' }
  /** `fixedBytes` null: of variable length. */
  | { readonly kind: 'string'; readonly fixedBytes: number | null; readonly spacePadded: boolean }
  /** A pointer to another object of the file (AnnData 0.7 categories). */
  | { readonly kind: 'reference' }
  | { readonly kind: 'record'; readonly fields: readonly Field[] }
  | { readonly kind: 'other'; readonly words: string };

export interface Field {
  readonly name: string;
  /** Bytes from the start of the record. */
  readonly offset: number;
  readonly bytes: number;
  /** Stored with the high byte first (numbers only). */
  readonly bigEndian: boolean;
  readonly element: Element;
}

/** Type classes by HDF5's numbers. */
const typeClass = { integer: 0, float: 1, string: 3, record: 6, reference: 7, enumeration: 8 } as const;
const otherWords: Readonly<Record<number, string>> = { 2: 'times', 4: 'bit fields', 5: 'opaque bytes', 9: 'variable-length lists', 10: 'arrays inside elements' };

/** Nested records deeper than this come only from damage. */
const maxDepth = 4;

export function elementOf(metadata: Metadata, depth = 0): Element {
  switch (metadata.type) {
    case typeClass.integer:
      return numberOf(metadata, metadata.signed ? 'int' : 'uint', 'integers');
    case typeClass.float:
      return metadata.size < 4 ? { kind: 'other', words: `${metadata.size * 8}-bit floating-point numbers` } : numberOf(metadata, 'float', 'floating-point numbers');
    case typeClass.string:
      return { kind: 'string', fixedBytes: metadata.vlen ? null : metadata.size, spacePadded: metadata.strpad === 2 };
    case typeClass.reference:
      return metadata.ref_type === 'object' && metadata.size === 8 ? { kind: 'reference' } : { kind: 'other', words: 'region references' };
    case typeClass.enumeration:
      return isBoolean(metadata) ? { kind: 'boolean' } : numberOf(metadata, metadata.signed ? 'int' : 'uint', 'enumerations');
    case typeClass.record: {
      if (depth >= maxDepth) return { kind: 'other', words: 'deeply nested records' };
      const members = metadata.compound_type?.members ?? [];
      return { kind: 'record', fields: members.map((m) => fieldOf(m, elementOf(m, depth + 1))) };
    }
    default:
      return { kind: 'other', words: otherWords[metadata.type] ?? 'elements of an unknown type' };
  }
}

/** Whether reading leaves memory behind in the library that has to be given back. */
export function hasVariableLength(element: Element): boolean {
  if (element.kind === 'record') return element.fields.some((field) => hasVariableLength(field.element));
  return element.kind === 'string' && element.fixedBytes === null;
}

function fieldOf(member: CompoundMember, element: Element): Field {
  return { name: member.name, offset: member.offset, bytes: member.size, bigEndian: element.kind === 'number' && !member.littleEndian, element };
}

/**
 * The fields of records as the library hands them over: it turns numbers round when all are big-endian, but leaves records
 * with both orders (one byte counts as little-endian) as they are.
 */
export function fieldsFromLibrary(fields: readonly Field[], metadata: Metadata): readonly Field[] {
  const turned = metadata.compound_type?.members.every((member) => !member.littleEndian) ?? false;
  return turned ? fields.map((field) => ({ ...field, bigEndian: false })) : fields;
}

const dtypes: ReadonlySet<string> = new Set<Dtype>([
  'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float32', 'float64',
]);

function isDtype(name: string): name is Dtype {
  return dtypes.has(name);
}

function numberOf(metadata: Metadata, family: string, plural: string): Element {
  const name = `${family}${metadata.size * 8}`;
  return isDtype(name) ? { kind: 'number', dtype: name } : { kind: 'other', words: `${metadata.size * 8}-bit ${plural}` };
}

/** h5py's booleans: a one-byte enumeration of FALSE = 0 and TRUE = 1. */
function isBoolean(metadata: Metadata): boolean {
  const members = metadata.enum_type?.members ?? {};
  return metadata.size === 1 && Object.keys(members).length === 2 && members['FALSE'] === 0 && members['TRUE'] === 1;
}
