/** The seurat_v3 flavour: variance of raw counts, standardised by its trend over the mean. Two passes per run. */
import { genesOfFile, type Plate } from '../matrix/plates.ts';
import { ranksDescending, standardisedVariance, varianceTrend, type VarianceTrend } from '../statistics/index.ts';
import type { StepContext } from './contract.ts';
import { votingPlates, type PlateChoice } from './hvg.ts';
import { momentsStore, type MomentsStore } from './moments-store.ts';
import { keptRows } from './upstream.ts';

export async function seuratV3Plates(context: StepContext<'hvg'>, genes: Int32Array): Promise<PlateChoice[]> {
  const { input, params } = context;
  const counts = await sums(context, 'counts', { kind: 'raw' });
  const inFile = input.plates.map((plate) => genesOfFile(plate, input.genes.length));
  const pick = (plate: number, all: Float64Array): Float64Array => Float64Array.from(genes, (gene) => all[inFile[plate]![gene]!]!);
  const voting = votingPlates(context);
  const trends = new Map<number, VarianceTrend>();
  for (const plate of voting) {
    const { n, sum, sumSq } = counts.plate(plate);
    trends.set(plate, varianceTrend({ n, sum: pick(plate, sum), sumSq: pick(plate, sumSq), span: params.span }));
  }
  const clip = input.plates.map((plate, i) => clipOfFile(plate, genes, input.genes.length, trends.get(i)));
  const clipped = await sums(context, 'clipped', { kind: 'clipped', clip });
  return voting.map((plate) => {
    const { n, sum, sumSq } = clipped.plate(plate);
    const trend = trends.get(plate)!;
    const variance = standardisedVariance(trend, { n, clippedSum: pick(plate, sum), clippedSumSq: pick(plate, sumSq) });
    const ranks = ranksDescending(variance);
    const top = params.n_top_genes ?? 2000;
    return {
      selected: Uint8Array.from(ranks, (rank) => Number(rank < top)),
      columns: { means: trend.means, variances: trend.variances, variances_norm: variance },
    };
  });
}

async function sums(
  context: StepContext<'hvg'>, part: string, values: { kind: 'raw' } | { kind: 'clipped'; clip: readonly Float64Array[] },
): Promise<MomentsStore> {
  const { input } = context;
  const store = momentsStore(input.plates);
  await context.runPass('moments', {
    spec: { keep: keptRows(context).keep, values }, part,
    state: { arrays: store.arrays, meta: () => ({}), restore: () => undefined },
    start: () => ({ add: (partial, tile) => store.add(tile.plate, partial) }),
  });
  return store;
}

/** The ceiling of each gene of the file; genes that take no part have none. */
function clipOfFile(plate: Plate, genes: Int32Array, common: number, trend: VarianceTrend | undefined): Float64Array {
  const byCommon = new Float64Array(common).fill(Number.POSITIVE_INFINITY);
  if (trend) genes.forEach((gene, i) => (byCommon[gene] = trend.clip[i]!));
  if (plate.toCommon === null) return byCommon;
  return Float64Array.from(plate.toCommon, (gene) => (gene < 0 ? Number.POSITIVE_INFINITY : byCommon[gene]!));
}
