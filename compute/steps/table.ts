/** Step -> runner. A step without one does not compile. */
import type { StepId } from '../../steps/table.ts';
import type { StepRunner } from './contract.ts';
import { runDe } from './de.ts';
import { runFilter } from './filter.ts';
import { runHvg } from './hvg.ts';
import { runIntegrate } from './integrate.ts';
import { runLeiden } from './leiden.ts';
import { runLog1p } from './log1p.ts';
import { runNeighbors } from './neighbors.ts';
import { runNormalize } from './normalize.ts';
import { runPca } from './pca.ts';
import { runQc } from './qc.ts';
import { runSubset } from './subset.ts';
import { runUmap } from './umap.ts';

export const runners: { readonly [Id in StepId]: StepRunner<Id> } = {
  qc: runQc,
  filter: runFilter,
  normalize: runNormalize,
  log1p: runLog1p,
  hvg: runHvg,
  pca: runPca,
  integrate: runIntegrate,
  subset: runSubset,
  neighbors: runNeighbors,
  umap: runUmap,
  leiden: runLeiden,
  de: runDe,
};
