/**
 * Chunk-aware block shuffling: a unit is the cells that start in one stored chunk. Every plate's units come in random order,
 * and the plates are woven together in proportion to their units, so that even a pool of 32 chunks mixes 14 plates evenly.
 */
import { failure } from '../../protocol/errors.ts';
import type { Order, PlateUnits, RowSet } from './contract.ts';
import { permutationOf } from './permutation.ts';
import { upperBound } from './row-sets.ts';
import { randomFor } from './seeds.ts';

/** Memory: 8 bytes per unit and 8 while it is made, about 20 MB for 100M cells. */
export function chunkOrder(subset: RowSet, units: readonly PlateUnits[], seed: number, epoch: number): Order {
  const plates = units.map(({ starts }) => positionsOf(subset, starts));
  const total = plates.reduce((sum, plate) => sum + plate.from.length, 0);
  const first = new Uint32Array(total);
  const ends = new Uint32Array(total);
  weave(plates, seed, epoch, (plate, unit, at) => {
    first[at] = plate.from[unit]!;
    ends[at] = (at > 0 ? ends[at - 1]! : 0) + plate.to[unit]! - plate.from[unit]!;
  });
  const length = total > 0 ? ends[total - 1]! : 0;
  if (length !== subset.length) throw failure('internal', { detail: `chunks hold ${length} of ${subset.length} rows` });
  return {
    length,
    mixing: 'fetch',
    take(start, out) {
      let unit = upperBound(ends, total, start);
      for (let i = 0; i < out.length; unit++) {
        const begin = unit > 0 ? ends[unit - 1]! : 0;
        let position = first[unit]! + start + i - begin;
        for (const stop = Math.min(out.length, ends[unit]! - start); i < stop; i++) out[i] = subset.at(position++);
      }
    },
  };
}

interface PositionUnits {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

/** Units as positions of the rows that take part; those without any are left out. */
function positionsOf(subset: RowSet, starts: Uint32Array): PositionUnits {
  const units = Math.max(0, starts.length - 1);
  const from = new Uint32Array(units);
  const to = new Uint32Array(units);
  let kept = 0;
  let begin = units > 0 ? subset.find(starts[0]!) : 0;
  for (let unit = 0; unit < units; unit++) {
    const end = subset.find(starts[unit + 1]!);
    if (end > begin) {
      from[kept] = begin;
      to[kept] = end;
      kept++;
    }
    begin = end;
  }
  return { from: from.subarray(0, kept), to: to.subarray(0, kept) };
}

/**
 * Unit i of a plate with c units, in that plate's random order, gets the key (i + u) / c with one u per plate and epoch: any
 * stretch of the merged list then holds every plate in proportion, within one unit.
 */
function weave(plates: readonly PositionUnits[], seed: number, epoch: number, visit: (plate: PositionUnits, unit: number, at: number) => void): void {
  const cursors = plates.map((plate, number) => {
    const count = plate.from.length;
    const offset = randomFor(seed, epoch, 'keys', number).uniform();
    return { plate, count, next: 0, order: permutationOf(count, randomFor(seed, epoch, 'units', number)), offset, key: count > 0 ? offset / count : Infinity };
  });
  for (let at = 0; ; at++) {
    let least = cursors[0];
    for (const cursor of cursors) if (cursor.key < least!.key) least = cursor;
    if (least === undefined || least.key === Infinity) return;
    visit(least.plate, least.order.at(least.next), at);
    least.next++;
    least.key = least.next < least.count ? (least.next + least.offset) / least.count : Infinity;
  }
}
