// Where everything lies in the module's memory: a fixed scratch area at its start, which the caller must have taken as the first
// area of a memory made for this; its own arrays follow.

/** First byte of the scratch area, and what it takes. */
export const SCRATCH: usize = 1024;
export const SCRATCH_BYTES: usize = 8192;

/** Gaps, then ids, of one block of 128 as 32-bit numbers. */
export const IDS: usize = 1024;
/** Values of one block as float32 (decoding), counts less one as integers (encoding). */
export const VALUES: usize = 1536;
/** Decoding: columns and values of what is kept, one place more each. */
export const KEPT_COLUMNS: usize = 2048;
export const KEPT_VALUES: usize = 2624;
/** The end of a row, padded with zeros to 16 bytes. */
export const TAIL: usize = 3200;
/** What small counts of the row at hand become; a bit mask of those known is kept beside them by the caller. */
export const LOGS: usize = 3264;
export const KNOWN: u32 = 32;
/** Encoding: the sum of the row and that of its mitochondrial genes (float64), and its genes (uint32). */
export const SUMS: usize = 4800;
/** Encoding: 16-bit copies of the gaps and of the counts less one of a block. */
export const SMALL_GAPS: usize = 4864;
export const SMALL_COUNTS: usize = 5120;
/** Encoding: for each of 256 digits how many keys have it, then where the next of them goes (uint32). */
export const LOW: usize = 5376;
export const HIGH: usize = 6400;

export const BLOCK: u32 = 128;
/** Marks a block of values that are stored as float32. */
export const FLOATS: u32 = 64;
/** Bytes a block has in the head of its row: width of gaps, width of counts, how many of each do not fit. */
export const BLOCK_HEAD: u32 = 4;
/** A number may have so many bits more than its block's width: they lie in one byte. */
export const MORE_BITS: u32 = 8;

/** A row to be decoded: its address, bytes and number in its pack (uint32), the pack's table below, and what its values are multiplied by (float64). */
export const JOB_BYTES: usize = 24;
export const JOB_ROW_BYTES: usize = 4;
export const JOB_SEED: usize = 8;
export const JOB_PACK: usize = 12;
export const JOB_FACTOR: usize = 16;

/** Of a pack: address of the columns of its ids, how many ids there are, and flags (uint32). A column with all bits set leaves an entry out. */
export const PACK_COLUMNS: usize = 0;
export const PACK_IDS: usize = 4;
export const PACK_FLAGS: usize = 8;
/** Columns have 16 bits, else 32. */
export const NARROW: u32 = 1;
/** Every id has a column. */
export const ALL: u32 = 2;
