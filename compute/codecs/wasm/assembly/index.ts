// zlib streams (RFC 1950) decoded whole, in memory of the module's own. Every address and code is checked: damaged input
// gives one of the codes below and never touches anything outside the module.
import { adler32 } from './adler';
import { inflateBlocks, streamEnd } from './blocks';
import { FREE, PATTERNS, STEPS } from './layout';

export { narrow64 } from './narrow';

/** Where the caller may begin to place input and output. */
export function freeAddress(): usize {
  return FREE;
}

/** Once per instance: the byte patterns of overlapping copies. */
export function prepare(): void {
  for (let distance: u32 = 1; distance <= 17; distance++) {
    for (let i: u32 = 0; i < 16; i++) store<u8>(PATTERNS + (distance << 4) + i, <u8>(i % distance));
    store<u32>(STEPS + (distance << 2), distance * ((15 + distance) / distance));
  }
}

/** Checks the two bytes of the header and clears what may be read behind the input. */
function start(input: usize, inputBytes: u32): i32 {
  if (inputBytes < 2) return 2;
  const first: u32 = load<u8>(input);
  const second: u32 = load<u8>(input, 1);
  if ((first & 15) != 8 || first >> 4 > 7 || ((first << 8) | second) % 31 != 0 || (second & 32) != 0) return 6;
  memory.fill(input + inputBytes, 0, 64);
  return 0;
}

/**
 * 0 when `inputBytes` at `input` are a zlib stream of exactly `outBytes`, which then lie at `output`. Else 1 damaged, 2 cut
 * short, 3 more and 4 fewer bytes than expected, 5 wrong checksum, 6 not a zlib stream. 64 bytes behind the input are
 * cleared, 512 behind the output may be overwritten.
 */
export function inflate(input: usize, inputBytes: u32, output: usize, outBytes: u32): i32 {
  let status = start(input, inputBytes);
  if (status != 0) return status;
  const end = input + inputBytes;
  status = inflateBlocks(input + 2, end, output, outBytes);
  if (status != 0) return status;
  if (streamEnd + 4 > end) return 2;
  return bswap<u32>(load<u32>(streamEnd)) == adler32(output, outBytes) ? 0 : 5;
}

/**
 * 0 when the first `wantedBytes` of the stream lie at `output`; codes as above. The checksum at the end is not reached: for
 * files whose digest has been verified.
 */
export function inflateStart(input: usize, inputBytes: u32, output: usize, wantedBytes: u32): i32 {
  const status = start(input, inputBytes);
  if (status != 0) return status;
  const found = inflateBlocks(input + 2, input + inputBytes, output, wantedBytes);
  return found == 3 ? 0 : found;
}
