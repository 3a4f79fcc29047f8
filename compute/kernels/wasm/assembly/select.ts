// Row filter, gene selection and log-normalisation. First the positions of the few entries of chosen genes are listed
// without branches, then these are transformed; small whole counts take their logarithm from a table made per row.
import { rowIsSound } from './rows';
import { lognorm } from './log';

/** Whole values below this share one logarithm per row. */
const TABLE: i32 = 64;

/** One byte per gene: 4 (the size of a listed position) when it is chosen, else 0. */
export function chosenSteps(geneMap: usize, genes: i32, steps: usize): void {
  for (let g = 0; g < genes; g++) store<u8>(steps + g, load<i32>(geneMap + (<usize>g << 2)) >= 0 ? 4 : 0);
}

/** outRows receives the number of kept rows. `table` holds 64 floats. Returns -1 or the first unsound row. */
export function selectLognorm(
  indptr: usize, indices: usize, values: usize, rows: i32, limit: i32,
  geneMap: usize, genes: i32, steps: usize, factors: usize, scale: f64, table: usize,
  outIndptr: usize, outIndices: usize, outValues: usize, outRows: usize,
): i32 {
  let keptRows = 0;
  let kept = 0;
  store<i32>(outIndptr, 0);
  for (let row = 0; row < rows; row++) {
    const start = load<i32>(indptr + (<usize>row << 2));
    const end = load<i32>(indptr + (<usize>row << 2), 4);
    if (!rowIsSound(indices, start, end, limit, genes)) return row;
    const factor = load<f64>(factors + (<usize>row << 3));
    if (factor == 0) continue;
    const list = outIndices + (<usize>kept << 2);
    const listEnd = listChosen(indices + (<usize>start << 2), indices + (<usize>end << 2), steps, list);
    finishEntries(list, listEnd, outValues + (<usize>kept << 2), values - indices, geneMap, factor, scale, table);
    kept += <i32>(listEnd - list) >> 2;
    keptRows++;
    store<i32>(outIndptr + (<usize>keptRows << 2), kept);
  }
  store<i32>(outRows, keptRows);
  return -1;
}

// @ts-ignore: decorator
@inline
function listOne(idAt: usize, steps: usize, list: usize): usize {
  // Written always, counted only when chosen.
  store<u32>(list, idAt);
  return list + load<u8>(steps + load<u32>(idAt));
}

/** Lists the addresses of the ids of chosen genes; returns the end of the list. */
export function listChosen(idAt: usize, stop: usize, steps: usize, list: usize): usize {
  for (; idAt + 16 <= stop; idAt += 16) {
    list = listOne(idAt, steps, list);
    list = listOne(idAt + 4, steps, list);
    list = listOne(idAt + 8, steps, list);
    list = listOne(idAt + 12, steps, list);
  }
  for (; idAt < stop; idAt += 4) list = listOne(idAt, steps, list);
  return list;
}

/** Replaces listed addresses by mapped gene ids and writes the transformed values; all of one row. */
export function finishEntries(
  list: usize, listEnd: usize, out: usize, idToValue: usize, geneMap: usize, factor: f64, scale: f64, table: usize,
): void {
  for (let c = 0; c < TABLE; c += 4) v128.store(table + (<usize>c << 2), f32x4.splat(NaN));
  for (; list < listEnd; list += 4, out += 4) {
    const idAt = <usize>load<u32>(list);
    store<i32>(list, load<i32>(geneMap + (<usize>load<u32>(idAt) << 2)));
    const value = load<f32>(idAt + idToValue);
    const count = <i32>value;
    if (<u32>count < <u32>TABLE && <f32>count == value) {
      const slot = table + (<usize>count << 2);
      let result = load<f32>(slot);
      if (isNaN(result)) {
        result = lognorm(value, factor, scale);
        store<f32>(slot, result);
      }
      store<f32>(out, result);
    } else {
      store<f32>(out, lognorm(value, factor, scale));
    }
  }
}
