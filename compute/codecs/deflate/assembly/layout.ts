// Where everything lies in the module's own memory: tables first, then whatever the caller places.

/** Bytes that one block covers at most. */
export const BLOCK: u32 = 131_072;
/** Literals and lengths; 256 ends a block. */
export const SYMBOLS: u32 = 286;

/** How often each symbol comes (u32). */
export const COUNTS: usize = 1024;
/** Three more tables of literals, so that equal bytes in a row do not wait for one another. */
export const MORE_COUNTS: usize = COUNTS + 288 * 4;
/** How often each length of a run comes (u32), 3 to 258. */
export const LENGTH_COUNTS: usize = MORE_COUNTS + 3 * 1024;
/** Bits of each symbol's code (u8), behind them those of the two distances. */
export const BITS: usize = LENGTH_COUNTS + 260 * 4;
/** What is written for a symbol, and for a run of each length with its distance (u32): bits low, their number in the high byte. */
export const CODES: usize = BITS + 320;
export const RUN_CODES: usize = CODES + 288 * 4;
/** Work of one Huffman code: symbols by frequency, nodes of the tree (u32), codes of each length, the next code of each length. */
export const KEYS: usize = RUN_CODES + 260 * 4;
export const NODES: usize = KEYS + 288 * 4;
export const PER_LENGTH: usize = NODES + 288 * 4;
export const NEXT_CODE: usize = PER_LENGTH + 64;
/** The code lengths as they are sent: symbols of the code of lengths with their extra bits (u16), how often each comes, bits, codes. */
export const SENT: usize = NEXT_CODE + 64;
export const SENT_COUNTS: usize = SENT + 320 * 2;
export const SENT_BITS: usize = SENT_COUNTS + 20 * 4;
export const SENT_CODES: usize = SENT_BITS + 32;
/** Symbol of each length of a run (u8, less 257), and its extra bits: made once. */
export const LENGTH_SYMBOL: usize = SENT_CODES + 20 * 4;
export const LENGTH_EXTRA: usize = LENGTH_SYMBOL + 260;
/** Literals, then a run: one u32 each, at most one for four bytes of a block and one for 258 equal ones. */
export const PARTS: usize = 32_768;
/** The caller may use memory from here on. */
export const FREE: usize = PARTS + 4 * (BLOCK / 4 + BLOCK / 258 + 64);
