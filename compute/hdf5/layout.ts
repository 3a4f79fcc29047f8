/** The layout message: whether the data lie in one piece, inside the header, or in chunks behind an index of some kind. */
import { cursorOver, type Cursor, type Widths } from './cursor.ts';

/** How the chunks are found. Addresses are file offsets; null when nothing was ever written. */
export type ChunkIndexPlace =
  | { readonly kind: 'btree1'; readonly address: number | null }
  | { readonly kind: 'single'; readonly address: number | null; readonly storedBytes: number | null; readonly filterMask: number }
  | { readonly kind: 'implicit'; readonly address: number | null }
  | { readonly kind: 'fixed-array'; readonly address: number | null }
  | { readonly kind: 'extensible-array'; readonly address: number | null };

export type StoredLayout =
  | { readonly kind: 'contiguous'; readonly address: number | null; readonly storedBytes: number }
  | { readonly kind: 'compact'; readonly bytes: Uint8Array }
  | { readonly kind: 'chunked'; readonly chunkShape: readonly number[]; readonly elementBytes: number; readonly place: ChunkIndexPlace }
  | { readonly kind: 'virtual' }
  | { readonly kind: 'foreign' };

/** Reads a layout message body. Older and newer forms than 3 and 4 are 'foreign'. Throws a plain Error when it is damaged. */
export function parseLayout(body: Uint8Array, widths: Widths): StoredLayout {
  const cursor = cursorOver(body, widths);
  const version = cursor.u8();
  if (version !== 3 && version !== 4) return { kind: 'foreign' };
  const layoutClass = cursor.u8();
  switch (layoutClass) {
    case 0:
      return { kind: 'compact', bytes: cursor.bytes(cursor.u16()).slice() };
    case 1:
      return { kind: 'contiguous', address: cursor.address(), storedBytes: cursor.length() };
    case 2:
      return version === 3 ? chunkedV3(cursor) : chunkedV4(cursor);
    case 3:
      return { kind: 'virtual' };
    default:
      throw new Error('its layout is of an unknown class');
  }
}

function chunkedV3(cursor: Cursor): StoredLayout {
  const dimensions = cursor.u8();
  const address = cursor.address();
  const sizes = dimensionSizes(cursor, dimensions, 4);
  return { kind: 'chunked', ...sizes, place: { kind: 'btree1', address } };
}

function chunkedV4(cursor: Cursor): StoredLayout {
  const flags = cursor.u8();
  const dimensions = cursor.u8();
  const sizes = dimensionSizes(cursor, dimensions, cursor.u8());
  // Bit 0: chunks at the edge are left unfiltered.
  if (flags & 1) return { kind: 'foreign' };
  const place = placeV4(cursor, cursor.u8(), (flags & 2) !== 0);
  return place === null ? { kind: 'foreign' } : { kind: 'chunked', ...sizes, place };
}

function placeV4(cursor: Cursor, indexType: number, singleIsFiltered: boolean): ChunkIndexPlace | null {
  switch (indexType) {
    case 1: {
      const storedBytes = singleIsFiltered ? cursor.length() : null;
      const filterMask = singleIsFiltered ? cursor.u32() : 0;
      return { kind: 'single', address: cursor.address(), storedBytes, filterMask };
    }
    case 2:
      return { kind: 'implicit', address: cursor.address() };
    case 3:
      cursor.skip(1);
      return { kind: 'fixed-array', address: cursor.address() };
    case 4:
      cursor.skip(5);
      return { kind: 'extensible-array', address: cursor.address() };
    default:
      return null;
  }
}

/** The stored list ends with the element size, as if it were one more axis. */
function dimensionSizes(cursor: Cursor, count: number, bytesEach: number): { chunkShape: number[]; elementBytes: number } {
  if (count < 2 || count > 33 || bytesEach < 1 || bytesEach > 8) throw new Error('its chunks have an impossible number of axes');
  const sizes = Array.from({ length: count }, () => cursor.uint(bytesEach));
  if (sizes.some((size) => size === 0)) throw new Error('its chunks are empty');
  return { chunkShape: sizes.slice(0, -1), elementBytes: sizes.at(-1)! };
}
