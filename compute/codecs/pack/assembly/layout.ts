// Where everything lies in the module's memory. The caller places its own arrays from FREE on.

/** Ids and values of one block of 128, as 32-bit numbers; a little room behind, for vector stores. */
export const IDS: usize = 1024;
export const VALUES: usize = 2048;
/** The 16 bytes of a row's end, padded with zeros. */
export const TAIL: usize = 3072;
/** What small counts of the row at hand become. */
export const LOGS: usize = 3200;
export const KNOWN: u32 = 8;
export const FREE: usize = 4096;

export const BLOCK: u32 = 128;
/** Marks a block of values that are stored as float32. */
export const FLOATS: u32 = 64;
