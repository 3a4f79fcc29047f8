/** What several runners ask of earlier steps: which cells are kept, how they are normalised, which genes were chosen. */
import { openStored } from '../results/array.ts';
import type { SelectSpec } from '../passes/selected.ts';
import { composeGeneMap } from '../matrix/plates.ts';
import type { StepContext } from './contract.ts';
import type { FilterFacts } from './filter.ts';
import type { NormalizeFacts } from './normalize.ts';

export interface KeptRows {
  /** Path of the mask over all rows; null when no filter ran. */
  readonly keep: string | null;
  readonly kept: number;
  readonly keptPerPlate: readonly number[];
}

export function keptRows(context: StepContext): KeptRows {
  const keep = context.slot('rows/keep') ?? null;
  if (keep === null) {
    return { keep, kept: context.input.nObs, keptPerPlate: context.input.plates.map((plate) => plate.nObs) };
  }
  const facts = context.facts<FilterFacts>('filter');
  return { keep, kept: facts.kept, keptPerPlate: facts.keptPerPlate };
}

/** One flag per common gene, 1 for genes that the filter kept; null when it kept all. */
export function keptGenes(context: StepContext): Uint8Array | null {
  const path = context.slot('var/keep');
  return path ? Uint8Array.from(openStored(path).read()) : null;
}

/** Positions of the chosen genes that the filter kept in the common list, ascending; all kept genes when nothing was chosen. */
export function chosenGenes(context: StepContext): Int32Array {
  const path = context.slot('var/highly_variable');
  const variable = path ? openStored(path).read() : null;
  const kept = keptGenes(context);
  return Int32Array.from({ length: context.input.genes.length }, (_, gene) => gene).filter((gene) => variable?.[gene] !== 0 && kept?.[gene] !== 0);
}

/** How a pass reads X as normalised, log1p'd values of some genes. `order[i]` is the common gene at position i. */
export function selectSpec(context: StepContext, order: Int32Array): SelectSpec {
  const normalize = context.facts<NormalizeFacts>('normalize');
  const log1p = context.facts<{ base: number | null }>('log1p');
  const position = new Int32Array(context.input.genes.length).fill(-1);
  order.forEach((gene, i) => (position[gene] = i));
  return {
    rows: { keep: keptRows(context).keep, totals: totalsPath(context, normalize) },
    targets: normalize.targets,
    logScale: log1p.base === null ? 1 : 1 / Math.log(log1p.base),
    geneMaps: context.input.plates.map((plate) => composeGeneMap(plate, position)),
    genes: order.length,
  };
}

/** The per-cell totals that normalisation divides by. */
export function totalsPath(context: StepContext, normalize: NormalizeFacts): string {
  return context.array(normalize.totals).path;
}
