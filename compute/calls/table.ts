/** Name of a call -> how the function that does it is loaded: a worker loads only what it is asked for. */
import type { Call, CallContext, CallName } from './contract.ts';

export const callTable: { readonly [Name in CallName]: () => Promise<Call<Name>> } = {
  generate: async () => (await import('./generate.ts')).runGeneratePlate,
  transpose: async () => (await import('./transpose.ts')).runTranspose,
  pack: async () => (await import('./pack.ts')).runPackRange,
  eigen: async () => (await import('./eigen.ts')).runEigen,
  nearest: async () => (await import('./neighbors.ts')).runNearest,
  descend: async () => (await import('./neighbors.ts')).runDescend,
  connect: async () => (await import('./neighbors.ts')).runConnect,
  cluster: async () => (await import('./integration.ts')).runCluster,
  transport: async () => (await import('./integration.ts')).runTransport,
  partition: async () => (await import('./integration.ts')).runPartition,
  listed: async () => (await import('./integration.ts')).runListed,
  wholeCorrection: async () => (await import('./integration.ts')).runWholeCorrection,
  geneBlock: async () => (await import('./differential.ts')).runGeneBlockCall,
  correct: async () => (await import('./differential.ts')).runCorrect,
  carry: async () => (await import('./integration.ts')).runCarry,
  umap: async () => (await import('./umap.ts')).runUmapLayout,
  leiden: async () => (await import('./leiden.ts')).runLeidenClusters,
};

/** Runs a call by the name that came over a wire; its payload was typed where it was sent. */
export async function runCall(name: string, payload: unknown, context: CallContext): Promise<unknown> {
  const load = (callTable as Readonly<Record<string, () => Promise<(payload: never, context: CallContext) => unknown>>>)[name];
  if (!load) throw new RangeError(`no call named ${name}`);
  return (await load())(payload as never, context);
}
