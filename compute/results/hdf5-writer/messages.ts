/** Object header messages and version 1 object headers: what HDF5 says about one dataset or group. */
import { failure } from '../../../protocol/errors.ts';
import { createBytes, undefinedAddress } from './bytes.ts';
import { datatypeBody, elementBytes, type StoredType } from './datatype.ts';

export interface Message {
  readonly type: number;
  readonly body: Uint8Array;
}

const typeDataspace = 0x0001;
const typeDatatype = 0x0003;
const typeFill = 0x0005;
const typeLayout = 0x0008;
const typeFilters = 0x000b;
const typeAttribute = 0x000c;
const typeSymbolTable = 0x0011;

/** Where the elements of a dataset lie. Chunks split the first axis only. */
export type Storage =
  | { readonly kind: 'contiguous'; readonly address: number; readonly bytes: number }
  | { readonly kind: 'chunked'; readonly treeAddress: number; readonly chunkShape: readonly number[]; readonly gzip: number; readonly shuffle: boolean };

function dataspaceBody(shape: readonly number[], resizable: boolean): Uint8Array {
  const out = createBytes(64).u8(1).u8(shape.length).u8(resizable ? 1 : 0).zeros(5);
  for (const size of shape) out.u64(size);
  if (resizable) shape.forEach((size, axis) => out.u64(axis === 0 ? undefinedAddress : size));
  return out.finish();
}

function fillBody(chunked: boolean): Uint8Array {
  const late = 2;
  const incremental = 3;
  const ifSet = 2;
  return createBytes(8).u8(2).u8(chunked ? incremental : late).u8(ifSet).u8(1).u32(0).finish();
}

function layoutBody(storage: Storage, type: StoredType): Uint8Array {
  const out = createBytes(64).u8(3);
  if (storage.kind === 'contiguous') return out.u8(1).u64(storage.address).u64(storage.bytes).finish();
  out.u8(2).u8(storage.chunkShape.length + 1).u64(storage.treeAddress);
  for (const size of storage.chunkShape) out.u32(size);
  return out.u32(elementBytes(type)).finish();
}

/** Version 1: each filter with its number, an empty name, flags (1 = optional) and one parameter padded to eight bytes. */
function filtersBody(gzip: number, shuffle: boolean, type: StoredType): Uint8Array {
  const out = createBytes(64).u8(1).u8((gzip > 0 ? 1 : 0) + (shuffle ? 1 : 0)).zeros(6);
  const one = (id: number, parameter: number): void => {
    out.u16(id).u16(0).u16(1).u16(1).u32(parameter).zeros(4);
  };
  if (shuffle) one(2, elementBytes(type));
  if (gzip > 0) one(1, gzip);
  return out.finish();
}

/** The messages of a dataset in storage. `resizable` lets the first axis grow when another program opens the file. */
export function datasetMessages(type: StoredType, shape: readonly number[], storage: Storage, resizable: boolean): Message[] {
  const messages: Message[] = [
    { type: typeDataspace, body: dataspaceBody(shape, resizable) },
    { type: typeDatatype, body: datatypeBody(type) },
    { type: typeFill, body: fillBody(storage.kind === 'chunked') },
    { type: typeLayout, body: layoutBody(storage, type) },
  ];
  if (storage.kind === 'chunked' && (storage.gzip > 0 || storage.shuffle)) {
    messages.push({ type: typeFilters, body: filtersBody(storage.gzip, storage.shuffle, type) });
  }
  return messages;
}

export function symbolTableMessage(treeAddress: number, heapAddress: number): Message {
  return { type: typeSymbolTable, body: createBytes(16).u64(treeAddress).u64(heapAddress).finish() };
}

/** A version 1 attribute; `data` holds the elements as stored (heap references for text). */
export function attributeMessage(name: string, type: StoredType, shape: readonly number[], data: Uint8Array): Message {
  const nameBytes = createBytes(64).ascii(name).u8(0).finish();
  const datatype = datatypeBody(type);
  const dataspace = dataspaceBody(shape, false);
  const out = createBytes(128).u8(1).u8(0).u16(nameBytes.length).u16(datatype.length).u16(dataspace.length);
  out.bytes(nameBytes).align(8).bytes(datatype).align(8).bytes(dataspace).align(8).bytes(data);
  return { type: typeAttribute, body: out.finish() };
}

const largestMessageBytes = 65_528;

/** One object header block, messages padded to eight bytes. @throws internal when a message is beyond HDF5's 64 KiB. */
export function objectHeader(messages: readonly Message[], element: string): Uint8Array {
  const body = createBytes(512);
  for (const { type, body: data } of messages) {
    const padded = Math.ceil(data.length / 8) * 8;
    if (padded > largestMessageBytes) throw failure('internal', { detail: `an attribute of ${element} exceeds the 64 KiB that HDF5 allows` });
    body.u16(type).u16(padded).u8(0).zeros(3).bytes(data).align(8);
  }
  return createBytes(body.length + 16).u8(1).u8(0).u16(messages.length).u32(1).u32(body.length).zeros(4).bytes(body.finish()).finish();
}
