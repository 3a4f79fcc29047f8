// Entries of a row in the order of their ids: keys of 16 bits of id and 16 of count less one, sorted by the id in two passes of
// eight bits. How many keys every pass puts where is counted while they are made.
import { HIGH, LOW } from './layout';

/** Ids above do not fit, with those that fill up the last four of a row behind them. */
export const MOST_IDS: u32 = 65532;
/** Counts above do not fit. */
export const MOST_COUNT: f32 = 65536;

const DIGITS: usize = 256;

/** Forgets the keys of the row before. */
@inline
export function beginKeys(): void {
  memory.fill(LOW, 0, DIGITS << 2);
  memory.fill(HIGH, 0, DIGITS << 2);
}

/** The key of an entry, counted. `value` is a whole number from 1 to MOST_COUNT. */
@inline
export function putKey(id: u32, value: f32, to: usize): void {
  // The last bits of value + 2^23 are the number.
  store<u32>(to, (id << 16) | (reinterpret<u32>(value + 8388608) - 0x4b000001));
  const low = LOW + (<usize>(id & 255) << 2);
  store<u32>(low, load<u32>(low) + 1);
  const high = HIGH + (<usize>((id >> 8) & 255) << 2);
  store<u32>(high, load<u32>(high) + 1);
}

/** Sorts so many keys; `other` has room for as many. */
export function sortKeys(keys: usize, other: usize, count: u32): void {
  let low = other;
  let high = keys;
  // Counts to the address that the next key of a digit goes to.
  for (let at: usize = 0; at < DIGITS << 2; at += 4) {
    const lows = <usize>load<u32>(LOW + at) << 2;
    const highs = <usize>load<u32>(HIGH + at) << 2;
    store<u32>(LOW + at, <u32>low);
    store<u32>(HIGH + at, <u32>high);
    low += lows;
    high += highs;
  }
  const bytes = <usize>count << 2;
  for (let at = keys; at < keys + bytes; at += 4) {
    const key = load<u32>(at);
    put(key, LOW + (<usize>((key >> 16) & 255) << 2));
  }
  for (let at = other; at < other + bytes; at += 4) {
    const key = load<u32>(at);
    put(key, HIGH + (<usize>(key >> 24) << 2));
  }
}

@inline
function put(key: u32, digit: usize): void {
  const to = load<u32>(digit);
  store<u32>(<usize>to, key);
  store<u32>(digit, to + 4);
}
