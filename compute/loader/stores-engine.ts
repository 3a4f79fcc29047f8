/**
 * Fetches from files of any kind: rows sorted and without repeats, read plate by plate, then written minibatch by minibatch into
 * the arrays that go to the consumer - each row is moved once.
 */
import { lowerBound } from '../sampling/index.ts';
import type { CodecMemory } from '../codecs/pack/module.ts';
import { readAll, type RowStore } from '../stores/index.ts';
import { checkUnchanged, unique, type EngineSpec, type FetchEngine } from './fetches.ts';
import { plainSlots, slotsIn } from './slots.ts';

/** A store for every plate; `memory`: that of the packs among them. */
export function storesEngine(spec: EngineSpec, stores: readonly RowStore[], memory: CodecMemory | undefined): FetchEngine {
  let entries: Uint32Array = new Uint32Array(0);
  /** Store and place in it of every entry. */
  let plates = new Uint16Array(0);
  let places = new Uint32Array(0);
  const slots = memory === undefined ? plainSlots(spec) : slotsIn(memory, spec);

  return {
    async load(wanted) {
      entries = wanted;
      const sorted = unique(wanted.slice().sort());
      if (places.length < wanted.length) [plates, places] = [new Uint16Array(wanted.length), new Uint32Array(wanted.length)];
      const firsts = spec.plates.map(({ rowOffset }) => lowerBound(sorted, sorted.length, rowOffset));
      // One after the other, except where a store waits for its disk.
      await readAll(spec.plates.flatMap((plate, number) => {
        const [from, to] = [firsts[number]!, firsts[number + 1] ?? sorted.length];
        return from === to ? [] : [() => {
          checkUnchanged(plate);
          return stores[number]!.load(sorted.subarray(from, to).map((row) => row - plate.rowOffset));
        }];
      }));
      for (let i = 0; i < wanted.length; i++) {
        const at = lowerBound(sorted, sorted.length, wanted[i]!);
        let number = plates.length > 0 && i > 0 && firsts[plates[i - 1]!]! <= at ? plates[i - 1]! : 0;
        while (number + 1 < firsts.length && firsts[number + 1]! <= at) number++;
        plates[i] = number;
        places[i] = at - firsts[number]!;
      }
    },
    stored(start, end) {
      let sum = 0;
      for (let i = start; i < end; i++) sum += stores[plates[i]!]!.entries(places[i]!);
      return sum;
    },
    write(start, end, target) {
      target.rows.set(entries.subarray(start, end));
      if (spec.dense) {
        for (let i = start; i < end; i++) stores[plates[i]!]!.dense(places[i]!, target.values, (i - start) * spec.width);
        return 0;
      }
      let at = 0;
      target.indptr[0] = 0;
      for (let i = start; i < end; i++) {
        at += stores[plates[i]!]!.csr(places[i]!, target.indices, target.values, at);
        target.indptr[i - start + 1] = at;
      }
      return at;
    },
    slot: slots.make,
    give: slots.give,
    heldBytes: () => stores.reduce((sum, store) => sum + store.heldBytes(), entries.byteLength + plates.byteLength + places.byteLength + slots.besideBytes()),
    flush() {
      entries = new Uint32Array(0);
      [plates, places] = [new Uint16Array(0), new Uint32Array(0)];
      stores.forEach((store) => store.flush?.());
    },
    close: () => stores.forEach((store) => store.close()),
  };
}
