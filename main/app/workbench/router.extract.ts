/** Answers to the part of the contract about cells taken out into files (protocol/api.extract.ts). */
import type { ExtractWish } from '../../../protocol/api.extract.ts';
import { TruckeeError } from '../../../protocol/errors.ts';
import { extractionTarget, planExtraction } from '../extraction.ts';
import { insideRoots } from './files.ts';
import type { Workbench } from './session.ts';

interface Id { readonly id: string }

/** One function per procedure; router.ts puts them behind the contract. */
export function extractHandlers(bench: Workbench) {
  const { workspace, options, extractions } = bench;
  const targetOf = (wish: ExtractWish): string =>
    extractionTarget(wish.folder === null ? workspace.folders.exports : insideRoots(wish.folder, [workspace.root, ...options.roots]), wish);
  const plan = (wish: ExtractWish, signal?: AbortSignal) => planExtraction(workspace, wish, targetOf(wish), { start: options.startEngine, ...(signal ? { signal } : {}) });
  return {
    list: () => extractions.list(),
    plan,
    async start(wish: ExtractWish) {
      bench.writable();
      const { refusal, target, writing } = await plan(wish);
      if (refusal !== null) throw new TruckeeError(refusal);
      return extractions.start(wish, target, writing);
    },
    stop: ({ id }: Id) => ({ stopped: extractions.stop(id) }),
    resume({ id }: Id) {
      bench.writable();
      return { going: extractions.resume(id) };
    },
    async register({ id }: Id) {
      bench.writable();
      return { dataset: await extractions.register(id) };
    },
    remove({ id }: Id) {
      bench.writable();
      return { removed: extractions.remove(id) };
    },
  };
}
