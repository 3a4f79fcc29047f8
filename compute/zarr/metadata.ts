/** What the documents of a Zarr node say, in both versions, as far as AnnData writes it; shapes and types are told apart from storage, which may be one that is not read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, systemFailure } from '../../protocol/errors.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface ZarrNode {
  readonly kind: 'group' | 'dataset';
  readonly version: 2 | 3;
  readonly attributes: JsonObject;
  /** .zarray or zarr.json of an array; empty for a group. */
  readonly meta: JsonObject;
}

/** The node in a folder below the store; null when there is none. Errors: corrupt-file, not-permitted, io-failed. */
export function readNode(store: string, name: string): ZarrNode | null {
  const document = (file: string): JsonObject | null => readDocument(store, `${name}/${file}`);
  const newer = document('zarr.json');
  if (newer !== null) {
    const kind = newer['node_type'] === 'array' ? 'dataset' : 'group';
    return { kind, version: 3, attributes: objectOf(newer['attributes']), meta: kind === 'dataset' ? newer : {} };
  }
  const array = document('.zarray');
  if (array === null && document('.zgroup') === null) return null;
  return { kind: array === null ? 'group' : 'dataset', version: 2, attributes: document('.zattrs') ?? {}, meta: array ?? {} };
}

function readDocument(store: string, name: string): JsonObject | null {
  const path = join(store, name);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR')) return null;
    throw systemFailure(thrown, path) ?? thrown;
  }
  try {
    const found = JSON.parse(text) as Json;
    if (isObject(found)) return found;
  } catch {
    // Python writes NaN as a bare word, which JSON does not know.
    const repaired = parsed(text.replaceAll(/([[,:]\s*)(NaN|-?Infinity)(?=\s*[\],}])/g, '$1"$2"'));
    if (isObject(repaired)) return repaired;
  }
  throw failure('corrupt-file', { path: store, element: name, reason: 'it is no JSON object' });
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

export const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
export const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
export const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** A list of lengths; null when it is none. */
export function lengthsOf(value: Json | undefined, least: number): readonly number[] | null {
  const lengths = listOf(value).filter((length): length is number => typeof length === 'number' && Number.isSafeInteger(length) && length >= least);
  return Array.isArray(value) && lengths.length === value.length ? lengths : null;
}

/** Shape of an array node. Throws a plain Error when it has none. */
export function shapeOf({ meta }: ZarrNode): readonly number[] {
  const shape = lengthsOf(meta['shape'], 0);
  if (shape === null) throw new Error('it has no shape');
  return shape;
}
