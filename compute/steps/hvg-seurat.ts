/**
 * The seurat flavour: dispersions of normalised values within bins of the mean, from sums of x/total per plate. A plate
 * judges all genes of its own file, also those that other plates lack: its bins and its vote do not depend on the others.
 */
import { genesOfFile, type Plate } from '../matrix/plates.ts';
import { ascending, gather } from '../matrix/positions.ts';
import { hvgSeurat, selectByCutoffs, selectTop } from '../statistics/index.ts';
import type { StepContext } from './contract.ts';
import { votingPlates, type PlateChoice } from './hvg.ts';
import { loadMoments, momentsStore, type MomentsStore } from './moments-store.ts';
import type { NormalizeFacts } from './normalize.ts';
import { keptGenes, keptRows, totalsPath } from './upstream.ts';

export async function seuratPlates(context: StepContext<'hvg'>, genes: Int32Array): Promise<PlateChoice[]> {
  const { params } = context;
  const normalize = context.facts<NormalizeFacts>('normalize');
  const moments = fusedMoments(context) ?? (await ownMoments(context, normalize));
  const common = context.input.genes.length;
  const kept = keptGenes(context);
  return votingPlates(context).map((plate) => {
    const { n, sum, sumSq } = moments.plate(plate);
    const judged = judgedGenes(context.input.plates[plate]!, kept);
    const found = hvgSeurat({ n, sum: gather(sum, judged), sumSq: gather(sumSq, judged), target: normalize.targets[plate]!, binCount: params.n_bins });
    const selected = params.n_top_genes === null
      ? selectByCutoffs(found.means, found.dispersionsNorm, {
          minMean: params.min_mean, maxMean: params.max_mean, minDisp: params.min_disp, maxDisp: params.max_disp ?? Number.POSITIVE_INFINITY,
        })
      : selectTop(found.dispersionsNorm, params.n_top_genes);
    const position = new Int32Array(sum.length);
    for (let i = 0; i < judged.length; i++) position[judged[i]!] = i;
    const inFile = genesOfFile(context.input.plates[plate]!, common);
    const at = genes.slice();
    for (let i = 0; i < at.length; i++) at[i] = position[inFile[at[i]!]!]!;
    const columns = { means: found.means, dispersions: found.dispersions, dispersions_norm: found.dispersionsNorm };
    return {
      selected: gather(selected, at),
      columns: mapValues(columns, (column) => gather(column, at)),
    };
  });
}

/** Genes of the file that take part: all but those the filter dropped. */
function judgedGenes({ nVars, toCommon }: Plate, kept: Uint8Array | null): Int32Array {
  const all = ascending(nVars);
  if (kept === null) return all;
  return all.filter((gene) => {
    const common = toCommon ? toCommon[gene]! : gene;
    return common < 0 || kept[common] === 1;
  });
}

function mapValues<T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** Sums that qc's pass made for this step; only trusted when they cover exactly the cells the filter kept. */
function fusedMoments(context: StepContext<'hvg'>): MomentsStore | null {
  const { keptPerPlate } = keptRows(context);
  const moments = loadMoments(context.checkpointFolder, context.fingerprint, context.input.plates);
  if (!moments) return null;
  return keptPerPlate.every((kept, plate) => moments.plate(plate).n === kept) ? moments : null;
}

async function ownMoments(context: StepContext<'hvg'>, normalize: NormalizeFacts): Promise<MomentsStore> {
  const { input } = context;
  const moments = momentsStore(input.plates);
  await context.runPass('moments', {
    spec: { keep: keptRows(context).keep, values: { kind: 'relative', totals: totalsPath(context, normalize), targets: normalize.targets } },
    part: 'moments',
    state: { arrays: moments.arrays, meta: () => ({}), restore: () => undefined },
    start: () => ({ add: (partial, tile) => moments.add(tile.plate, partial) }),
  });
  return moments;
}
