/** Runs `hvg`: statistics per plate, a choice per plate, and the rule that several plates must agree. */
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { ascending } from '../matrix/positions.ts';
import { writeArray } from '../results/array.ts';
import { rankOverBatches, selectOverPlates } from '../statistics/index.ts';
import type { StepContext } from './contract.ts';
import { seuratPlates } from './hvg-seurat.ts';
import { seuratV3Plates } from './hvg-seurat-v3.ts';
import { keptGenes, keptRows } from './upstream.ts';

/** What each flavour yields for one plate, over the genes the filter kept (positions in `genes`). */
export interface PlateChoice {
  readonly selected: Uint8Array;
  /** Columns of var under scanpy's names, averaged over plates in the end. */
  readonly columns: Readonly<Record<string, Float64Array>>;
}

export async function runHvg(context: StepContext<'hvg'>): Promise<void> {
  const { input, params } = context;
  const genes = keptGenePositions(context);
  const choices = params.flavor === 'seurat' ? await seuratPlates(context, genes) : await seuratV3Plates(context, genes);
  const minPlates = Math.min(params.min_plates!, Math.max(0, choices.length - 1));
  if (minPlates !== params.min_plates) {
    context.note(`only ${choices.length} plates have cells left: genes chosen in more than ${minPlates} of them are kept`);
  }
  const selected = selectOverPlates(choices.map((choice) => choice.selected), minPlates);
  if (params.flavor !== 'seurat') {
    // The rank flavours also cut the agreed list at n_top_genes, in the order scanpy gives it over batches.
    const { mask, rank } = rankOverBatches(choices.map((choice) => choice.columns['variances_norm']!), params.n_top_genes ?? 2000, params.flavor);
    selected.forEach((flag, gene) => (selected[gene] = flag & mask[gene]!));
    writeArray(join(context.folder, 'var', 'highly_variable_rank'), spread(genes, rank, input.genes.length));
  }
  const count = selected.reduce((n, flag) => n + flag, 0);
  if (count === 0) {
    const detail = `no gene was chosen in more than ${minPlates} of ${choices.length} plates`;
    throw failure('nothing-left', { step: 'hvg', before: genes.length, axis: 'genes', detail });
  }
  writeColumns(context, genes, selected, choices);
  context.writeFacts('hvg', { flavor: params.flavor, selected: count });
  context.outcome({
    selected: count, min_plates: minPlates, per_plate: choices.map((choice) => choice.selected.reduce((n, flag) => n + flag, 0)), genes: input.genes.length,
  });
}

/** Positions in the common list of the genes the filter kept. */
function keptGenePositions(context: StepContext<'hvg'>): Int32Array {
  const flags = keptGenes(context);
  const all = ascending(context.input.genes.length);
  return flags ? all.filter((gene) => flags[gene] === 1) : all;
}

/** Plates that still have cells. A single cell has no variance, so such a plate cannot vote. */
export function votingPlates(context: StepContext<'hvg'>): number[] {
  const voting = keptRows(context).keptPerPlate.flatMap((kept, plate) => (kept > 1 ? [plate] : []));
  if (voting.length === 0) throw failure('nothing-left', { step: 'hvg', before: keptRows(context).kept, axis: 'cells', detail: 'gene selection needs two cells in some plate' });
  return voting;
}

function writeColumns(context: StepContext<'hvg'>, genes: Int32Array, selected: Uint8Array, choices: readonly PlateChoice[]): void {
  const all = context.input.genes.length;
  const at = (name: string): string => join(context.folder, 'var', name);
  const mask = new Uint8Array(all);
  const plates = new Uint32Array(all);
  const counts = new Int32Array(all);
  for (let i = 0; i < genes.length; i++) mask[genes[i]!] = selected[i]!;
  choices.forEach((choice, plate) => {
    for (let i = 0; i < genes.length; i++) {
      if (choice.selected[i] !== 1) continue;
      const gene = genes[i]!;
      counts[gene]! += 1;
      // One bit per plate, as far as 32 plates go; hvg_count has them all.
      if (plate < 32) plates[gene] = (plates[gene]! | (1 << plate)) >>> 0;
    }
  });
  writeArray(at('highly_variable'), mask, undefined, { boolean: true });
  writeArray(at('hvg_count'), counts);
  writeArray(at('hvg_plates'), plates);
  for (const name of Object.keys(choices[0]!.columns)) {
    const values = spread(genes, meanOf(choices.map((choice) => choice.columns[name]!)), all);
    writeArray(at(name), name === 'dispersions_norm' ? Float32Array.from(values) : values);
  }
}

/** Gene by gene, added up in the order of the plates. */
function meanOf(columns: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(columns[0]!.length);
  for (const column of columns) for (let i = 0; i < mean.length; i++) mean[i]! += column[i]!;
  return mean.map((sum) => sum / columns.length);
}

/** Values of the genes the filter kept, placed among all common genes; NaN for the others. */
function spread(genes: Int32Array, values: Float64Array, all: number): Float64Array {
  const placed = new Float64Array(all).fill(Number.NaN);
  for (let i = 0; i < genes.length; i++) placed[genes[i]!] = values[i]!;
  return placed;
}
