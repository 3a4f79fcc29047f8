// Huffman codes no longer than a limit (RFC 1951, 3.2.2): the tree in place (Moffat and Katajainen 1995), too deep leaves
// lifted as zlib does.
import { KEYS, NEXT_CODE, NODES, PER_LENGTH } from './layout';

/** Bits of every symbol's code, for frequencies below 2^22 (u32); 0 for symbols that never come. At least two get a code. */
export function codeLengths(counts: usize, symbols: u32, limit: u32, bits: usize): void {
  memory.fill(bits, 0, symbols);
  let n: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = load<u32>(counts + (symbol << 2));
    if (count > 0) store<u32>(KEYS + (n++ << 2), (count << 9) | symbol);
  }
  if (n < 2) {
    // Decoders refuse a code that leaves bits without a meaning.
    const only: u32 = n == 0 ? 0 : load<u32>(KEYS) & 511;
    store<u8>(bits + only, 1);
    store<u8>(bits + (only == 0 ? 1 : 0), 1);
    return;
  }
  sortKeys(n);
  leavesPerDepth(n, limit);
  // The rarest get the longest codes.
  let key = KEYS;
  for (let length = limit; length > 0; length--) {
    for (let left = load<u32>(PER_LENGTH + (length << 2)); left > 0; left--) {
      store<u8>(bits + (load<u32>(key) & 511), <u8>length);
      key += 4;
    }
  }
}

/** What is written for every symbol: its code, lowest bit first, and the number of bits in the high byte. */
export function assignCodes(bits: usize, symbols: u32, codes: usize): void {
  memory.fill(PER_LENGTH, 0, 64);
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const at = PER_LENGTH + (<usize>load<u8>(bits + symbol) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  store<u32>(PER_LENGTH, 0);
  let code: u32 = 0;
  for (let length: u32 = 1; length < 16; length++) {
    code = (code + load<u32>(PER_LENGTH + ((length - 1) << 2))) << 1;
    store<u32>(NEXT_CODE + (length << 2), code);
  }
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const length: u32 = load<u8>(bits + symbol);
    if (length == 0) continue;
    const at = NEXT_CODE + (length << 2);
    const next = load<u32>(at);
    store<u32>(at, next + 1);
    store<u32>(codes + (symbol << 2), (reversed(next) >> (16 - length)) | (length << 24));
  }
}

/** The low 16 bits in reverse order. */
@inline
function reversed(code: u32): u32 {
  code = ((code >> 1) & 0x5555) | ((code & 0x5555) << 1);
  code = ((code >> 2) & 0x3333) | ((code & 0x3333) << 2);
  code = ((code >> 4) & 0x0f0f) | ((code & 0x0f0f) << 4);
  return ((code >> 8) | (code << 8)) & 0xffff;
}

/** Shell's sort, ascending; equal frequencies by symbol, so that equal input gives equal codes. */
function sortKeys(n: u32): void {
  for (let gap: u32 = n > 57 ? 57 : n > 10 ? 10 : n > 4 ? 4 : 1; gap > 0; gap = gap == 57 ? 23 : gap == 23 ? 10 : gap == 10 ? 4 : gap == 4 ? 1 : 0) {
    for (let i = gap; i < n; i++) {
      const key = load<u32>(KEYS + (i << 2));
      let at = i;
      while (at >= gap) {
        const other = load<u32>(KEYS + ((at - gap) << 2));
        if (other <= key) break;
        store<u32>(KEYS + (at << 2), other);
        at -= gap;
      }
      store<u32>(KEYS + (at << 2), key);
    }
  }
}

@inline
function node(i: i32): u32 {
  return load<u32>(NODES + (<usize>i << 2));
}

@inline
function setNode(i: i32, value: u32): void {
  store<u32>(NODES + (<usize>i << 2), value);
}

/** Fills PER_LENGTH with the number of leaves at each depth, none below `limit`. */
function leavesPerDepth(n: u32, limit: u32): void {
  const last = <i32>n - 1;
  for (let i = 0; i <= last; i++) setNode(i, load<u32>(KEYS + (<usize>i << 2)) >> 9);
  // Joins the two lightest again and again; a node that was joined keeps the number of its parent.
  setNode(0, node(0) + node(1));
  let root = 0;
  let leaf = 2;
  for (let next = 1; next < last; next++) {
    let weight: u32;
    if (leaf > last || node(root) < node(leaf)) {
      weight = node(root);
      setNode(root++, next);
    } else weight = node(leaf++);
    if (leaf > last || (root < next && node(root) < node(leaf))) {
      weight += node(root);
      setNode(root++, next);
    } else weight += node(leaf++);
    setNode(next, weight);
  }
  setNode(last - 1, 0);
  for (let i = last - 2; i >= 0; i--) setNode(i, node(node(i)) + 1);

  memory.fill(PER_LENGTH, 0, 64);
  let places: u32 = 1;
  let depth: u32 = 0;
  root = last - 1;
  // In units of a code of `limit` bits: what the codes take of all there are.
  let taken: u32 = 0;
  while (places > 0) {
    let inner: u32 = 0;
    while (root >= 0 && node(root) == depth) {
      inner++;
      root--;
    }
    const length = min(depth, limit);
    const at = PER_LENGTH + (length << 2);
    store<u32>(at, load<u32>(at) + places - inner);
    taken += (places - inner) << (limit - length);
    places = 2 * inner;
    depth++;
  }
  for (; taken > <u32>1 << limit; taken--) {
    let length = limit - 1;
    while (load<u32>(PER_LENGTH + (length << 2)) == 0) length--;
    const at = PER_LENGTH + (length << 2);
    store<u32>(at, load<u32>(at) - 1);
    store<u32>(at, load<u32>(at, 4) + 2, 4);
    const deepest = PER_LENGTH + (limit << 2);
    store<u32>(deepest, load<u32>(deepest) - 1);
  }
}
