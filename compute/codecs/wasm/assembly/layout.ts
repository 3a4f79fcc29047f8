// Where everything lies in the module's own memory: decode tables and work arrays first, then whatever the caller places.

/** Bits looked up at once; longer codes go on in a subtable. */
export const LIT_BITS: u32 = 12;
export const DIST_BITS: u32 = 9;

// What an entry (u32) of the literal table says. Bits 0-5: bits to drop. Bit 6: a literal comes first, it stands in bits
// 24-31. Bits 7-10: code bits among the dropped ones, the rest are extra bits of the length, whose base is in bits 15-23.
// A literal and the length behind it share one entry where both codes fit in one lookup.
export const HAS_LITERAL: u32 = 1 << 6;
/** No length follows: the literal stands alone. */
export const ALONE: u32 = 1 << 14;
/** Neither literal nor copy: a subtable (its place in bits 15-31), the end of the block, or no code at all. */
export const SPECIAL: u32 = 1 << 11;
export const SUBTABLE: u32 = 1 << 12;
export const END: u32 = 1 << 13;
/** Where the fields begin. Entries of distances and of the code of lengths are alike, with the value in bits 15-31. */
export const CODE_SHIFT: u32 = 7;
export const VALUE_SHIFT: u32 = 15;
export const LITERAL_SHIFT: u32 = 24;

/** Main table plus subtables: rounded up generously. */
export const LIT_TABLE: usize = 1024;
export const DIST_TABLE: usize = LIT_TABLE + 8192 * 4;
/** Code lengths as read: up to 320 bytes, with room for one repeat too many. */
export const LENGTHS: usize = DIST_TABLE + 4096 * 4;
/** Symbols in order of their codes (u16). */
export const SORTED: usize = LENGTHS + 512;
/** How many codes there are of each length, and where each length starts in SORTED (16 u32 each). */
export const COUNTS: usize = SORTED + 1024;
export const STARTS: usize = COUNTS + 64;
/** 18 vectors of 16 byte positions: position modulo distance; 17 stands for all longer distances. */
export const PATTERNS: usize = STARTS + 64;
/** The smallest multiple of each distance that is 16 or more (u32). */
export const STEPS: usize = PATTERNS + 288;
/** The caller may use memory from here on. */
export const FREE: usize = 65536;
