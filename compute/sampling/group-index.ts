/**
 * Rows by class without a list of them: how many rows of each class lie before every stretch of rows, and the codes themselves.
 * A row is found in its stretch by counting, so that memory stays the same for any number of rows.
 */
import type { GroupRows } from './contract.ts';
import { upperBound } from './row-sets.ts';

/** Of the table: stretches are as long as it takes. */
const mostBytes = 64 << 20;
const leastStretch = 256;

/** `codeAt`: class of every position, -1 for none. Rows that come back are positions. */
export function groupIndex(codeAt: (position: number) => number, length: number, groups: number): GroupRows {
  const stretch = Math.max(leastStretch, Math.ceil((4 * groups * length) / mostBytes));
  const stretches = Math.ceil(length / stretch);
  /** Of one class after the other. */
  const before = new Uint32Array(groups * stretches);
  const counts = new Uint32Array(groups);
  for (let position = 0; position < length; position++) {
    if (position % stretch === 0) for (let group = 0, at = position / stretch; group < groups; group++, at += stretches) before[at] = counts[group]!;
    const code = codeAt(position);
    if (code >= 0) counts[code]!++;
  }
  const starts = Array.from({ length: groups }, (_, group) => before.subarray(group * stretches, (group + 1) * stretches));
  return {
    groups,
    count: (group) => counts[group]!,
    row(group, at) {
      const known = starts[group]!;
      const found = upperBound(known, stretches, at) - 1;
      let left = at - known[found]!;
      for (let position = found * stretch; ; position++) if (codeAt(position) === group && left-- === 0) return position;
    },
  };
}
