/**
 * Names that occur more than once, found in 16 bytes per name: 53-bit hashes are sorted, and only names whose hash comes
 * twice are compared as text. Ten million cell names would take over a gigabyte as a set of strings.
 */
import type { Frame } from './tables/frame.ts';

export interface Duplicates {
  /** Distinct names that occur more than once. */
  readonly count: number;
  readonly examples: readonly string[];
}

const sliceRows = 65_536;
const exampleLimit = 5;

/** Null when all names differ. */
export function findDuplicates(frame: Pick<Frame, 'length' | 'names'>): Duplicates | null {
  const hashes = new Float64Array(frame.length);
  eachName(frame, (name, row) => (hashes[row] = hashOf(name)));
  const suspects = repeated(hashes.sort());
  if (suspects.size === 0) return null;
  const seen = new Map<string, number>();
  eachName(frame, (name) => {
    if (suspects.has(hashOf(name))) seen.set(name, (seen.get(name) ?? 0) + 1);
  });
  const names = [...seen].filter(([, times]) => times > 1).map(([name]) => name);
  return names.length === 0 ? null : { count: names.length, examples: names.slice(0, exampleLimit) };
}

function eachName(frame: Pick<Frame, 'length' | 'names'>, visit: (name: string, row: number) => void): void {
  for (let start = 0; start < frame.length; start += sliceRows) {
    frame.names(start, Math.min(frame.length, start + sliceRows)).forEach((name, i) => visit(name, start + i));
  }
}

function repeated(sorted: Float64Array): Set<number> {
  const out = new Set<number>();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) out.add(sorted[i]!);
  return out;
}

/** Two 32-bit multiplicative hashes, of which 53 bits are kept. */
export function hashOf(name: string): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return (a >>> 11) * 2 ** 32 + (b >>> 0);
}
