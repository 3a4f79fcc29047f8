/**
 * The object header of a dataset: a list of typed messages, in the old (v1) or new (v2, "OHDR") form, spread over the first
 * block and any continuation blocks.
 */
import { cursorOver, hasSignature, type Cursor, type Widths } from './cursor.ts';
import type { FileBytes } from '../../io/file.ts';
import { lookup3 } from './lookup3.ts';

/** Message types read here, by their numbers in the format. */
export const messageType = {
  dataspace: 0x01,
  datatype: 0x03,
  oldFill: 0x04,
  fill: 0x05,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  continuation: 0x10,
} as const;

export interface HeaderMessage {
  readonly type: number;
  /** Kept elsewhere in the file (a named type): `body` then says where instead of what. */
  readonly shared: boolean;
  readonly body: Uint8Array;
}

/** A damaged header could chain blocks without end. */
const maxBlocks = 256;
const maxMessages = 10_000;
const maxBlockBytes = 1 << 24;

/** All messages of the header at `address`, in stored order. Throws a plain Error when it is damaged. */
export function readHeader(file: FileBytes, widths: Widths, address: number): HeaderMessage[] {
  const first = file.read(address, Math.min(64, file.size - address));
  return hasSignature(first, 'OHDR') ? readV2(file, widths, address, first) : readV1(file, widths, address, first);
}

function readV1(file: FileBytes, widths: Widths, address: number, first: Uint8Array): HeaderMessage[] {
  const head = cursorOver(first, widths);
  if (head.u8() !== 1) throw new Error('its object header is of an unknown version');
  head.skip(7);
  const blockBytes = head.u32();
  // The twelve bytes so far are padded to sixteen.
  return collect(file, widths, { offset: address + 16, bytes: blockBytes }, (block, out) => {
    const cursor = cursorOver(block, widths);
    while (cursor.left >= 8) {
      const type = cursor.u16();
      const size = cursor.u16();
      const flags = cursor.u8();
      cursor.skip(3);
      out(type, flags, cursor.bytes(size));
    }
  });
}

function readV2(file: FileBytes, widths: Widths, address: number, first: Uint8Array): HeaderMessage[] {
  const head = cursorOver(first, widths);
  head.skip(4);
  if (head.u8() !== 2) throw new Error('its object header is of an unknown version');
  const flags = head.u8();
  if (flags & 0x20) head.skip(16);
  if (flags & 0x10) head.skip(4);
  const blockBytes = head.uint(1 << (flags & 3));
  const hasOrder = (flags & 4) !== 0;
  const start = { offset: address, bytes: head.at + blockBytes + 4 };
  const prefix = head.at;
  let isFirst = true;
  return collect(file, widths, start, (block, out) => {
    if (!isFirst && !hasSignature(block, 'OCHK')) throw new Error('a continuation of its object header is missing');
    checkSum(block);
    const cursor = cursorOver(block.subarray(isFirst ? prefix : 4, block.length - 4), widths);
    isFirst = false;
    const messageHead = hasOrder ? 6 : 4;
    while (cursor.left >= messageHead) {
      const type = cursor.u8();
      const size = cursor.u16();
      const messageFlags = cursor.u8();
      if (hasOrder) cursor.skip(2);
      out(type, messageFlags, cursor.bytes(size));
    }
  });
}

interface Extent {
  readonly offset: number;
  readonly bytes: number;
}

type ReadBlock = (block: Uint8Array, out: (type: number, flags: number, body: Uint8Array) => void) => void;

/** Reads the first block and every block that continuation messages name, in the order they are met. */
function collect(file: FileBytes, widths: Widths, first: Extent, readBlock: ReadBlock): HeaderMessage[] {
  const messages: HeaderMessage[] = [];
  const waiting: Extent[] = [first];
  for (let next = 0; next < waiting.length; next++) {
    if (next >= maxBlocks) throw new Error('its object header goes on for ever');
    const { offset, bytes } = waiting[next]!;
    if (bytes > maxBlockBytes) throw new Error('its object header is impossibly large');
    readBlock(file.read(offset, bytes), (type, flags, body) => {
      if (messages.length >= maxMessages) throw new Error('its object header holds too many messages');
      if (type === messageType.continuation) waiting.push(continuation(cursorOver(body, widths)));
      else messages.push({ type, shared: (flags & 2) !== 0, body });
    });
  }
  return messages;
}

function continuation(cursor: Cursor): Extent {
  const offset = cursor.address();
  if (offset === null) throw new Error('its object header goes on nowhere');
  return { offset, bytes: cursor.length() };
}

/** New-style blocks end in a checksum of all bytes before it. Throws when it does not match. */
export function checkSum(block: Uint8Array): void {
  const end = block.length - 4;
  if (end < 0) throw new Error('a header block is too short');
  const stated = new DataView(block.buffer, block.byteOffset + end, 4).getUint32(0, true);
  if (lookup3(block.subarray(0, end)) !== stated) throw new Error('the checksum of a header block does not match');
}
