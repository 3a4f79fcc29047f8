/** The seurat flavour: dispersions of normalised values within bins of the mean, from sums of x/total per plate. */
import { hvgSeurat, selectByCutoffs, selectTop } from '../statistics/index.ts';
import type { StepContext } from './contract.ts';
import { votingPlates, type PlateChoice } from './hvg.ts';
import { loadMoments, momentsStore, type MomentsStore } from './moments-store.ts';
import type { NormalizeFacts } from './normalize.ts';
import { keptRows, totalsPath } from './upstream.ts';

export async function seuratPlates(context: StepContext<'hvg'>, genes: Int32Array): Promise<PlateChoice[]> {
  const { params } = context;
  const normalize = context.facts<NormalizeFacts>('normalize');
  const moments = fusedMoments(context) ?? (await ownMoments(context, normalize));
  return votingPlates(context).map((plate) => {
    const { n, sum, sumSq } = moments.plate(plate);
    const pick = (all: Float64Array): Float64Array => Float64Array.from(genes, (gene) => all[gene]!);
    const found = hvgSeurat({ n, sum: pick(sum), sumSq: pick(sumSq), target: normalize.targets[plate]!, binCount: params.n_bins });
    const selected = params.n_top_genes === null
      ? selectByCutoffs(found.means, found.dispersionsNorm, {
          minMean: params.min_mean, maxMean: params.max_mean, minDisp: params.min_disp, maxDisp: params.max_disp ?? Number.POSITIVE_INFINITY,
        })
      : selectTop(found.dispersionsNorm, params.n_top_genes);
    return { selected, columns: { means: found.means, dispersions: found.dispersions, dispersions_norm: found.dispersionsNorm } };
  });
}

/** Sums that qc's pass made for this step; only trusted when they cover exactly the cells the filter kept. */
function fusedMoments(context: StepContext<'hvg'>): MomentsStore | null {
  const { keptPerPlate } = keptRows(context);
  const moments = loadMoments(context.checkpointFolder, context.fingerprint, context.input.plates.length, context.input.genes.length);
  if (!moments) return null;
  return keptPerPlate.every((kept, plate) => moments.plate(plate).n === kept) ? moments : null;
}

async function ownMoments(context: StepContext<'hvg'>, normalize: NormalizeFacts): Promise<MomentsStore> {
  const { input } = context;
  const moments = momentsStore(input.plates.length, input.genes.length);
  await context.runPass('moments', {
    spec: { keep: keptRows(context).keep, values: { kind: 'relative', totals: totalsPath(context, normalize) } },
    part: 'moments',
    state: { arrays: moments.arrays, meta: () => ({}), restore: () => undefined },
    start: () => ({ add: (partial, tile) => moments.add(tile.plate, input.plates[tile.plate]!, partial) }),
  });
  return moments;
}
