// Where everything lies in the module's own memory: decode tables and work arrays first, then whatever the caller places.

/** Bits looked up at once; longer codes go on in a subtable. */
export const LIT_BITS: u32 = 11;
export const DIST_BITS: u32 = 9;

// What a table entry (u32) says, from bit 0: 0-5 bits to drop, 8-11 code bits among them, 13-15 and 31 kinds, 16-30 value.
export const LITERAL: u32 = 1 << 31;
/** Neither literal nor copy: a subtable, the end of the block, or no code at all. */
export const SPECIAL: u32 = 1 << 15;
export const SUBTABLE: u32 = 1 << 14;
export const END: u32 = 1 << 13;

/** Main table plus subtables: at most 2,048 + 288 * 16 entries and 512 + 32 * 64 entries, rounded up generously. */
export const LIT_TABLE: usize = 1024;
export const DIST_TABLE: usize = LIT_TABLE + 8192 * 4;
/** Code lengths as read: up to 320 bytes, with room for one repeat too many. */
export const LENGTHS: usize = DIST_TABLE + 4096 * 4;
/** Symbols in order of their codes (u16). */
export const SORTED: usize = LENGTHS + 512;
/** How many codes there are of each length, and where each length starts in SORTED (16 u32 each). */
export const COUNTS: usize = SORTED + 1024;
export const STARTS: usize = COUNTS + 64;
/** 16 vectors of 16 byte positions: position modulo distance. */
export const PATTERNS: usize = STARTS + 64;
/** The multiple of each distance nearest below 16 (u32). */
export const STEPS: usize = PATTERNS + 272;
/** The caller may use memory from here on. */
export const FREE: usize = 65536;

/** Bytes behind the input that are read (as zeros) and behind the output that may be overwritten. */
export const INPUT_SLACK: usize = 64;
export const OUTPUT_SLACK: usize = 512;
