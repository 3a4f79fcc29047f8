/** The names of a file while it is written: groups and finished datasets, placed from the leaves up when it is closed. */
import { failure } from '../../../protocol/errors.ts';
import { createBytes, undefinedAddress } from './bytes.ts';
import { groupLeafK, groupNodeK, placeNameTree } from './btree.ts';
import type { StoredType } from './datatype.ts';
import { placeLocalHeap, referenceBytes, type TextHeap } from './heap.ts';
import { attributeMessage, datasetMessages, objectHeader, symbolTableMessage, type Message, type Storage } from './messages.ts';
import type { Sink } from './sink.ts';

/** Attribute values: texts, a boolean enum, or whole numbers stored as int64. */
export type AttributeValue = string | boolean | readonly string[] | { readonly int64: readonly number[] };
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface GroupNode {
  readonly kind: 'group';
  readonly members: Map<string, Node>;
  readonly attributes: Attributes;
}

export interface DatasetNode {
  readonly kind: 'dataset';
  readonly type: StoredType;
  readonly shape: readonly number[];
  readonly storage: Storage;
  readonly resizable: boolean;
  readonly attributes: Attributes;
}

export type Node = GroupNode | DatasetNode;

function textReferences(texts: readonly string[], heap: TextHeap): Uint8Array {
  const data = new Uint8Array(texts.length * referenceBytes);
  const view = new DataView(data.buffer);
  texts.forEach((text, i) => heap.put(text, view, i * referenceBytes));
  return data;
}

function attribute(name: string, value: AttributeValue, heap: TextHeap): Message {
  if (typeof value === 'string') return attributeMessage(name, 'text', [], textReferences([value], heap));
  if (typeof value === 'boolean') return attributeMessage(name, 'bool', [], Uint8Array.of(value ? 1 : 0));
  if ('int64' in value) {
    const data = createBytes(64);
    for (const number of value.int64) data.u64(number);
    return attributeMessage(name, 'int64', [value.int64.length], data.finish());
  }
  return attributeMessage(name, 'text', [value.length], textReferences(value, heap));
}

/** Where a node's object header is; of a group also its two indexes, which the superblock repeats for the root. */
export interface PlacedNode {
  readonly headerAddress: number;
  readonly treeAddress: number;
  readonly heapAddress: number;
}

/** Places a node and everything below it; `path` is its name for error messages. */
export function placeNode(sink: Sink, heap: TextHeap, node: Node, path: string): PlacedNode {
  const attributes = Object.entries(node.attributes).map(([name, value]) => attribute(name, value, heap));
  if (node.kind === 'dataset') {
    const messages = datasetMessages(node.type, node.shape, node.storage, node.resizable && node.storage.kind === 'chunked');
    const headerAddress = sink.place(objectHeader([...messages, ...attributes], path));
    return { headerAddress, treeAddress: undefinedAddress, heapAddress: undefinedAddress };
  }
  const members = [...node.members]
    .map(([name, member]) => ({ name, bytes: Buffer.from(name, 'utf8'), member }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ name, bytes, member }) => ({ bytes, placed: placeNode(sink, heap, member, `${path}/${name}`) }));
  const local = placeLocalHeap(sink, members.map((member) => member.bytes));
  const treeAddress = placeNameTree(
    sink,
    members.map(({ placed }, i) => ({ nameStart: local.starts[i]!, headerAddress: placed.headerAddress })),
  );
  const messages = [symbolTableMessage(treeAddress, local.address), ...attributes];
  return { headerAddress: sink.place(objectHeader(messages, path)), treeAddress, heapAddress: local.address };
}

/** Finds the group that is to hold `name` (like obs/cell_line) and the last part. @throws internal for a bad name. */
export function resolveName(root: GroupNode, name: string): { group: GroupNode; leaf: string } {
  const parts = name.split('/');
  const leaf = parts.pop()!;
  let group = root;
  for (const part of parts) {
    const next = group.members.get(part);
    if (next?.kind !== 'group') throw failure('internal', { detail: `there is no group for ${name} in the file being written` });
    group = next;
  }
  if (leaf === '' || leaf === '.' || leaf.includes('\0')) throw failure('internal', { detail: `'${name}' cannot be a name in an HDF5 file` });
  if (group.members.has(leaf)) throw failure('internal', { detail: `${name} is written twice` });
  return { group, leaf };
}

export const superblockBytes = 96;

/** Version 0, eight-byte addresses and lengths; ends with the entry of the root group. */
export function superblock(root: PlacedNode, endAddress: number): Uint8Array {
  const holdsGroupIndexes = 1;
  const out = createBytes(superblockBytes).u8(0x89).ascii('HDF\r\n').u8(0x1a).ascii('\n').zeros(5).u8(8).u8(8).u8(0);
  out.u16(groupLeafK).u16(groupNodeK).u32(0);
  out.u64(0).u64(undefinedAddress).u64(endAddress).u64(undefinedAddress);
  out.u64(0).u64(root.headerAddress).u32(holdsGroupIndexes).u32(0).u64(root.treeAddress).u64(root.heapAddress);
  return out.finish();
}
