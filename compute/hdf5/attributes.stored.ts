/**
 * The stored bytes of an attribute, found in the header of its object. Strings of variable length are read this way: in a
 * damaged heap the 32-bit HDF5 library can run in circles for ever, our own reader of heaps cannot.
 */
import { cursorOver, type Widths } from './cursor.ts';
import type { HeaderMessage } from './header.ts';

const attributeMessage = 0x0c;

/**
 * The values of attribute `key` as they lie in the file; null when it is not kept in the header (objects with very many
 * attributes, in newer files). Throws a plain Error on damage.
 */
export function storedAttribute(messages: readonly HeaderMessage[], widths: Widths, key: string): Uint8Array | null {
  const wanted = Buffer.from(`${key}\0`, 'utf8');
  for (const { type, shared, body } of messages) {
    if (type !== attributeMessage || shared) continue;
    const cursor = cursorOver(body, widths);
    const version = cursor.u8();
    if (version < 1 || version > 3) throw new Error('an attribute is of an unknown version');
    cursor.skip(1);
    const [nameBytes, typeBytes, spaceBytes] = [cursor.u16(), cursor.u16(), cursor.u16()];
    if (version === 3) cursor.skip(1);
    const padded = (bytes: number): number => (version === 1 ? Math.ceil(bytes / 8) * 8 : bytes);
    const name = cursor.bytes(nameBytes);
    if (Buffer.compare(name, wanted) !== 0) continue;
    cursor.skip(padded(nameBytes) - nameBytes + padded(typeBytes) + padded(spaceBytes));
    return cursor.bytes(cursor.left);
  }
  return null;
}
