/** Name of a call -> the function that does it. */
import type { Call, CallContext, CallName } from './contract.ts';
import { runCorrect, runGeneBlockCall } from './differential.ts';
import { runEigen } from './eigen.ts';
import { runGeneratePlate } from './generate.ts';
import { runCarry, runCluster, runListed, runPartition, runTransport, runWholeCorrection } from './integration.ts';
import { runLeidenClusters } from './leiden.ts';
import { runConnect, runDescend, runNearest } from './neighbors.ts';
import { runPackRange } from './pack.ts';
import { runTranspose } from './transpose.ts';
import { runUmapLayout } from './umap.ts';

export const callTable: { readonly [Name in CallName]: Call<Name> } = {
  generate: runGeneratePlate,
  transpose: runTranspose,
  pack: runPackRange,
  eigen: runEigen,
  nearest: runNearest,
  descend: runDescend,
  connect: runConnect,
  cluster: runCluster,
  transport: runTransport,
  partition: runPartition,
  listed: runListed,
  wholeCorrection: runWholeCorrection,
  geneBlock: runGeneBlockCall,
  correct: runCorrect,
  carry: runCarry,
  umap: runUmapLayout,
  leiden: runLeidenClusters,
};

/** Runs a call by the name that came over a wire; its payload was typed where it was sent. */
export function runCall(name: string, payload: unknown, context: CallContext): unknown {
  const call = (callTable as Readonly<Record<string, (payload: never, context: CallContext) => unknown>>)[name];
  if (!call) throw new RangeError(`no call named ${name}`);
  return call(payload as never, context);
}
