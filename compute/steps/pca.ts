/** Runs `pca`: sums z z^T over all kept cells, takes its leading eigenvectors, then projects the cells. */
import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { maxCovarianceGenes, spoolBytes } from '../../steps/pca.ts';
import { mostSpoolGenes } from '../passes/selected-spool.ts';
import { createArray, openStored, writeArray, type ArrayWriter } from '../results/array.ts';
import type { StepContext } from './contract.ts';
import { chosenGenes, keptRows, selectSpec } from './upstream.ts';

export async function runPca(context: StepContext<'pca'>): Promise<void> {
  const { params } = context;
  const order = byPopularity(context, chosenGenes(context));
  const genes = order.length;
  const { kept } = keptRows(context);
  if (genes > maxCovarianceGenes) {
    throw failure('memory-too-small', { step: 'pca', neededBytes: 20 * genes * genes, availableBytes: 20 * maxCovarianceGenes ** 2 });
  }
  const components = Math.min(params.n_comps, genes, kept);
  context.replan({ selectedGenes: genes });
  if (components < params.n_comps) context.note(`${components} components: there are only ${genes} genes and ${kept} cells`);

  const spool = spoolFolder(context, genes);
  const { covariance, mean, rows } = await covarianceOf(context, order, spool);
  if (rows !== kept) throw failure('internal', { detail: `the pass saw ${rows} of ${kept} kept cells` });
  let trace = 0;
  for (let gene = 0; gene < genes; gene++) trace += covariance[gene * genes + gene]!;
  const { values, vectors } = await context.call('eigen', { covariance, genes, components, seed: context.seed });
  const variance = values.map((value) => Math.max(0, value));

  const loadings = new Float32Array(genes * components);
  const offset = new Float64Array(components);
  for (let c = 0; c < components; c++) {
    for (let gene = 0; gene < genes; gene++) {
      const weight = vectors[c * genes + gene]!;
      loadings[gene * components + c] = weight;
      offset[c]! += mean[gene]! * weight;
    }
  }
  await writeScores(context, order, spool, loadings, offset, kept);
  writeLoadings(context, order, vectors, components);
  const explained = variance.reduce((a, b) => a + b, 0);
  context.writeFacts('pca', {
    params: { zero_center: true, mask_var: 'highly_variable' },
    variance: [...variance],
    variance_ratio: [...variance].map((v) => (trace > 0 ? v / trace : 0)),
    noise_variance: genes > components ? Math.max(0, trace - explained) / (genes - components) : 0,
  });
  context.outcome({ genes, components, cells: kept, total_variance: trace, explained_share: trace > 0 ? explained / trace : 0 });
}

/** Where selected values are kept between the two passes; null when the disk has no room to spare for them. */
function spoolFolder(context: StepContext<'pca'>, genes: number): string | null {
  const { input } = context;
  const stored = input.plates.reduce((sum, plate) => sum + plate.spec.facts.stored, 0);
  const { bavail, bsize } = statfsSync(context.folder);
  if (genes > mostSpoolGenes || 4 * spoolBytes(stored, input.nObs, genes, input.genes.length) > bavail * bsize) return null;
  const folder = join(context.checkpointFolder, 'selected');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Frequent genes first: their pairs then share a small corner of the matrix that stays in the processor's cache. */
function byPopularity(context: StepContext<'pca'>, chosen: Int32Array): Int32Array {
  const path = context.slot('var/means') ?? context.slot('var/hvg_means');
  if (!path) return chosen;
  const means = openStored(path).read();
  return chosen.slice().sort((a, b) => means[b]! - means[a]! || a - b);
}

interface Covariance {
  /** Row-major genes x genes, full storage, in shared memory. */
  readonly covariance: Float64Array;
  readonly mean: Float64Array;
  readonly rows: number;
}

/** Population covariance (divisor n), as scanpy's covariance route has it. */
async function covarianceOf(context: StepContext<'pca'>, order: Int32Array, spool: string | null): Promise<Covariance> {
  const genes = order.length;
  const total = new Float64Array(new SharedArrayBuffer(Math.max(8, genes * genes * 8)));
  const sum = new Float64Array(genes);
  let rows = 0;
  await context.runPass('gram', {
    spec: { select: selectSpec(context, order), spool },
    part: 'gram',
    state: { arrays: { total, sum }, meta: () => ({ rows }), restore: (meta) => void (rows = Number(meta['rows'])) },
    start: () => ({
      add(partial) {
        rows += partial.rows;
        addUpper(total, partial.gram, genes);
        for (let gene = 0; gene < genes; gene++) sum[gene]! += partial.sum[gene]!;
      },
    }),
  });
  const mean = sum.map((s) => s / rows);
  for (let i = 0; i < genes; i++) {
    for (let j = i; j < genes; j++) {
      const value = total[i * genes + j]! / rows - mean[i]! * mean[j]!;
      total[i * genes + j] = value;
      total[j * genes + i] = value;
    }
  }
  return { covariance: total, mean, rows };
}

function addUpper(total: Float64Array, tile: Float64Array, genes: number): void {
  for (let i = 0; i < genes; i++) {
    const end = (i + 1) * genes;
    for (let at = i * genes + i; at < end; at++) total[at]! += tile[at]!;
  }
}

async function writeScores(
  context: StepContext<'pca'>, order: Int32Array, spool: string | null, loadings: Float32Array, offset: Float64Array, kept: number,
): Promise<void> {
  const components = offset.length;
  let writer: ArrayWriter | null = null;
  let rows = 0;
  await context.runPass('project', {
    spec: { select: selectSpec(context, order), spool, loadings, offset },
    part: 'project',
    state: { arrays: {}, meta: () => ({ rows }), restore: (meta) => void (rows = Number(meta['rows'])), flush: () => writer?.sync() },
    start() {
      writer = createArray(join(context.folder, 'obsm', 'X_pca'), { dtype: 'float32', shape: [kept, components] }, rows);
      return {
        add(partial) {
          writer!.append(partial.scores);
          rows += partial.scores.length / components;
        },
      };
    },
  });
  writer!.close();
}

/** varm/PCs over all genes: rows of genes that were not used are zero. */
function writeLoadings(context: StepContext<'pca'>, order: Int32Array, vectors: Float64Array, components: number): void {
  const all = context.input.genes.length;
  const genes = order.length;
  const values = new Float32Array(all * components);
  order.forEach((gene, i) => {
    for (let c = 0; c < components; c++) values[gene * components + c] = vectors[c * genes + i]!;
  });
  writeArray(join(context.folder, 'varm', 'PCs'), values, components);
}
