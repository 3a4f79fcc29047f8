/**
 * Version 1 B-trees, built bottom up from sorted entries: the index of a group's names and of a dataset's chunks.
 * Nodes are filled to the library's own limit, so that another program may go on inserting.
 */
import { createBytes, undefinedAddress } from './bytes.ts';
import type { Sink } from './sink.ts';

interface TreeShape {
  /** 0 = names of a group, 1 = chunks. */
  readonly nodeType: 0 | 1;
  readonly keyBytes: number;
  /** Children of a node: twice the K of the superblock (groups) or of the format (chunks). */
  readonly mostChildren: number;
}

/** Key i is the lower bound of entry i; key `count` the upper bound of the last. */
interface TreeEntries {
  readonly count: number;
  address(entry: number): number;
  key(entry: number): Uint8Array;
}

const headBytes = 24;

/** Places all nodes and returns the address of the root. */
function placeTree(sink: Sink, shape: TreeShape, entries: TreeEntries): number {
  const nodeBytes = headBytes + shape.mostChildren * 8 + (shape.mostChildren + 1) * shape.keyBytes;
  // starts[i] is the entry at which child i begins; the last one ends the list.
  let children = Array.from({ length: entries.count }, (_, entry) => entries.address(entry));
  let starts = Array.from({ length: entries.count + 1 }, (_, entry) => entry);
  for (let level = 0; ; level++) {
    const nodes = Math.max(1, Math.ceil(children.length / shape.mostChildren));
    const base = sink.reserve(nodes * nodeBytes);
    const nodeStarts: number[] = [];
    for (let node = 0; node < nodes; node++) {
      const from = node * shape.mostChildren;
      const to = Math.min(children.length, from + shape.mostChildren);
      const left = node === 0 ? undefinedAddress : base + (node - 1) * nodeBytes;
      const right = node === nodes - 1 ? undefinedAddress : base + (node + 1) * nodeBytes;
      const out = createBytes(nodeBytes).ascii('TREE').u8(shape.nodeType).u8(level).u16(to - from).u64(left).u64(right);
      for (let child = from; child < to; child++) out.bytes(entries.key(starts[child]!)).u64(children[child]!);
      if (to > from) out.bytes(entries.key(starts[to]!));
      sink.writeAt(base + node * nodeBytes, out.zeros(nodeBytes - out.length).finish());
      nodeStarts.push(starts[from]!);
    }
    if (nodes === 1) return base;
    children = nodeStarts.map((_, node) => base + node * nodeBytes);
    starts = [...nodeStarts, entries.count];
  }
}

/** Numbers the superblock announces: half the entries of a name list and half the children of a group node. */
export const groupLeafK = 4;
export const groupNodeK = 16;
/** Fixed by the format as long as the superblock is version 0. */
const chunkNodeK = 32;

export interface NamedAddress {
  readonly nameStart: number;
  readonly headerAddress: number;
}

/** Indexes the members of a group, given in byte order of their names. */
export function placeNameTree(sink: Sink, members: readonly NamedAddress[]): number {
  const perLeaf = groupLeafK * 2;
  const leaves: { address: number; lastName: number }[] = [];
  for (let from = 0; from < members.length; from += perLeaf) {
    const part = members.slice(from, from + perLeaf);
    const out = createBytes(8 + perLeaf * 40).ascii('SNOD').u8(1).u8(0).u16(part.length);
    for (const { nameStart, headerAddress } of part) out.u64(nameStart).u64(headerAddress).zeros(24);
    leaves.push({ address: sink.place(out.zeros(8 + perLeaf * 40 - out.length).finish()), lastName: part.at(-1)!.nameStart });
  }
  return placeTree(sink, { nodeType: 0, keyBytes: 8, mostChildren: groupNodeK * 2 }, {
    count: leaves.length,
    address: (leaf) => leaves[leaf]!.address,
    // A name key bounds from above, so entry i starts where the names of entry i - 1 end.
    key: (leaf) => createBytes(8).u64(leaf === 0 ? 0 : leaves[leaf - 1]!.lastName).finish(),
  });
}

export interface ChunkPlaces {
  /** Of each chunk along the first axis, in order. */
  readonly addresses: readonly number[];
  readonly storedBytes: readonly number[];
}

/** Indexes chunks that split the first axis only, every chunk present. */
export function placeChunkTree(sink: Sink, chunks: ChunkPlaces, chunkShape: readonly number[], elementBytes: number): number {
  const count = chunks.addresses.length;
  const otherAxes = chunkShape.slice(1);
  const key = (entry: number): Uint8Array => {
    const beyond = entry === count;
    const out = createBytes(64).u32(beyond ? 0 : chunks.storedBytes[entry]!).u32(0).u64(entry * chunkShape[0]!);
    for (const size of otherAxes) out.u64(beyond ? size : 0);
    return out.u64(beyond ? elementBytes : 0).finish();
  };
  const shape = { nodeType: 1, keyBytes: 8 + 8 * (chunkShape.length + 1), mostChildren: chunkNodeK * 2 } as const;
  return placeTree(sink, shape, { count, address: (entry) => chunks.addresses[entry]!, key });
}
