/** Fetches where every plate has a pack: the rows of a minibatch are decoded in one call, to where the consumer finds them. */
import type { PackCodec } from '../codecs/pack/codec.ts';
import { packedRows, type PackPart } from '../stores/index.ts';
import type { EngineSpec, FetchEngine } from './fetches.ts';
import { slotsIn } from './slots.ts';

/** `parts`: the packs of all plates of `spec`, in their order. */
export function packsEngine(spec: EngineSpec, parts: readonly PackPart[], codec: PackCodec): FetchEngine {
  const rows = packedRows(parts, spec, codec);
  const slots = slotsIn(codec.memory, spec);
  let entries: Uint32Array = new Uint32Array(0);
  return {
    load(wanted) {
      entries = wanted;
      return rows.load(wanted);
    },
    stored: rows.stored,
    write(start, end, target) {
      target.rows.set(entries.subarray(start, end));
      if (!spec.dense) return rows.csr(start, end, target.indptr, target.indices, target.values, 0);
      rows.dense(start, end, target.values, 0);
      return 0;
    },
    slot: slots.make,
    give: slots.give,
    heldBytes: () => entries.byteLength + rows.heldBytes() + slots.besideBytes(),
    // Memory of WASM only grows.
    flush: () => (entries = new Uint32Array(0)),
    close: rows.close,
  };
}
