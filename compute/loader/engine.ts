/** Who does the work of fetches, in whichever thread. */
import type { PackCodec } from '../codecs/pack/codec.ts';
import { openRowStore, packCodec, type PackPart, type RowStore } from '../stores/index.ts';
import type { LoaderHooks } from './contract.ts';
import { checkUnchanged, type EngineSpec, type FetchEngine } from './fetches.ts';
import { hookedEngine } from './hooked.ts';
import { packsEngine } from './packs-engine.ts';
import { storesEngine } from './stores-engine.ts';

/** Errors: those of opening the files; dataset-changed when one is no longer what it was. */
export async function openEngine(spec: EngineSpec, hooks: LoaderHooks = {}): Promise<FetchEngine> {
  /** Packs share a memory, in which minibatches lie too: rows are decoded to where the consumer finds them. */
  const codec = spec.plates.some(({ store }) => store.kind === 'pack') ? packCodec() : undefined;
  const parts = spec.plates.flatMap((plate): PackPart[] =>
    plate.store.kind === 'pack' ? [{ spec: plate.store.pack, rowOffset: plate.rowOffset, columns: plate.columns, check: () => checkUnchanged(plate) }] : []);
  const plain = codec !== undefined && parts.length === spec.plates.length ? packsEngine(spec, parts, codec) : await openStores(spec, codec);
  return hooks.fetch || hooks.fetchTransform || hooks.batch ? hookedEngine(spec, plain, hooks) : plain;
}

async function openStores(spec: EngineSpec, codec: PackCodec | undefined): Promise<FetchEngine> {
  const stores: RowStore[] = [];
  try {
    for (const plate of spec.plates) stores.push(await openRowStore(plate.store, { columns: plate.columns, width: spec.width, targetSum: spec.targetSum, log1p: spec.log1p }, codec));
  } catch (thrown) {
    stores.forEach((store) => store.close());
    throw thrown;
  }
  return storesEngine(spec, stores, codec?.memory);
}
