/** What is said of both sides of a comparison beside the test: means, how many cells have the gene, counts per million. */
import type { PlateComparison } from './block.ts';
import type { Stratum } from './contract.ts';
import type { SlotEntries } from './entries.ts';
import { wellValues } from './gene-tests.ts';

export interface Side {
  /** On the scale of normalised counts. */
  readonly mean: number;
  /** Per cent of the cells. */
  readonly share: number;
  readonly perMillion: number;
}

export interface Sides {
  own(target: number): Side;
  reference(target: number): Side;
}

/** What slots add up to. */
interface Sums {
  cells: number;
  nonzero: number;
  logSum: number;
  naturalSum: number;
  total: number;
}

/** Sides are the same objects every time. */
export function openSides({ slotCells, slotTotals, samples, settings }: PlateComparison): (entries: SlotEntries, stratum: Stratum) => Sides {
  const room = (): Sums => ({ cells: 0, nonzero: 0, logSum: 0, naturalSum: 0, total: 0 });
  const [sum, mine, theirs] = [room(), { mean: 0, share: 0, perMillion: 0 }, { mean: 0, share: 0, perMillion: 0 }];
  const read = (to: Sums, entries: SlotEntries, s: number): void => {
    to.cells = slotCells[s]!;
    to.nonzero = entries.start[s + 1]! - entries.start[s]!;
    to.logSum = entries.logSum[s]!;
    to.naturalSum = entries.naturalSum[s]!;
    to.total = slotTotals[s]!;
  };
  const describe = (side: { -readonly [name in keyof Side]: number }, of: Sums): Side => {
    side.mean = settings.geometricMean ? Math.expm1(of.logSum / of.cells) : of.naturalSum / of.cells;
    side.share = (100 * of.nonzero) / of.cells;
    side.perMillion = of.total > 0 ? (of.naturalSum / of.total) * 1e6 : 0;
    return side;
  };
  const valuesOf = settings.method === 'pseudobulk' ? wellValues(samples!) : null;
  const slotSide = (side: typeof mine, entries: SlotEntries, s: number): Side => {
    read(sum, entries, s);
    describe(side, sum);
    if (valuesOf === null) return side;
    const values = valuesOf(entries, s);
    side.mean = 2 ** (values.reduce((a, b) => a + b, 0) / values.length);
    return side;
  };
  return (entries, { base, targets, rest }) => {
    const own = (target: number): Side => slotSide(mine, entries, base + 1 + target);
    if (!rest) {
      slotSide(theirs, entries, base);
      return { own, reference: () => theirs };
    }
    // Sums from both ends: what only the target has must leave exactly nothing.
    const slots = Array.from({ length: targets + 1 }, (_, i) => i);
    const [before, after] = [slots.map(room), slots.map(room)];
    for (const i of slots) {
      read(before[i]!, entries, base + i);
      read(after[i]!, entries, base + i);
      if (i > 0) add(before[i]!, before[i - 1]!);
    }
    for (let i = targets - 1; i >= 0; i--) add(after[i]!, after[i + 1]!);
    return {
      own,
      reference(target) {
        const others = { ...before[target]! };
        if (target + 2 <= targets) add(others, after[target + 2]!);
        return describe(theirs, others);
      },
    };
  };
}

function add(to: Sums, other: Sums): void {
  to.cells += other.cells;
  to.nonzero += other.nonzero;
  to.logSum += other.logSum;
  to.naturalSum += other.naturalSum;
  to.total += other.total;
}
