/** Genes that vary more than their mean explains, found per plate and kept when enough plates agree. */
import { z } from 'zod';
import { planPass } from './cost.ts';
import { code, defineStep, pythonLiteral } from './define.ts';
import { param, realNumber, wholeNumber } from './params.ts';

const what = z.strictObject({
  flavor: param(z.enum(['seurat', 'seurat_v3', 'seurat_v3_paper']).default('seurat'), {
    help: 'seurat: normalised dispersion of log data; seurat_v3: variance of standardised counts (one more pass).',
  }),
  n_top_genes: param(wholeNumber(1).nullable().default(2000), {
    help: 'Genes to choose per plate.', unit: 'genes', whenNull: 'the limits min_mean ... max_disp decide',
  }),
  min_plates: param(wholeNumber(0, 10_000).nullable().default(null), {
    help: 'A gene is kept when it is chosen in more than this many plates.', whenNull: 'the smaller of 2 and plates - 1',
  }),
  min_mean: param(realNumber(0, 1e6).default(0.0125), { help: 'Least mean (without n_top_genes).', advanced: true }),
  max_mean: param(realNumber(0, 1e6).default(3), { help: 'Largest mean (without n_top_genes).', advanced: true }),
  min_disp: param(realNumber(-1e6, 1e6).default(0.5), { help: 'Least normalised dispersion (without n_top_genes).', advanced: true }),
  max_disp: param(realNumber(-1e6, 1e300).nullable().default(null), { help: 'Largest normalised dispersion (without n_top_genes).', whenNull: 'no limit', advanced: true }),
  n_bins: param(wholeNumber(1, 1000).default(20), { help: 'Bins of mean expression within which dispersions are compared.', advanced: true }),
  span: param(realNumber(0.01, 1).default(0.3), { help: 'Share of genes in each local fit (seurat_v3).', advanced: true }),
});

/** Genes kept over several plates, as a multiple of those chosen per plate, that later steps are planned for. */
const expectedSpread = 1.5;

export const hvg = defineStep({
  id: 'hvg',
  version: 1,
  title: 'Highly variable genes',
  why: 'A few thousand informative genes carry the structure; the rest is mostly noise.',
  what,
  uses: ['rows', 'genes'],
  seeded: false,
  reads: (p) => (p.flavor === 'seurat' ? ['X:lognorm'] : ['X:counts']),
  writes: () => ['var/highly_variable'],
  plan(facts, params, how, hardware) {
    const plates = facts.plates.length;
    const min_plates = params.min_plates ?? Math.min(2, plates - 1);
    const passes = params.flavor === 'seurat' ? 1 : 2;
    const plan = planPass(facts, how, hardware, {
      engineBytes: facts.nVars * 8 * (6 + 2 * plates), workerBytes: facts.nVars * 16, passes, rowBytes: 0, outputColumns: 0, workPerEntry: 0.3,
      fixedDiskBytes: facts.nVars * plates * 40, fixedSeconds: params.flavor === 'seurat' ? 0.2 : 2,
    });
    const perPlate = params.n_top_genes ?? 2000;
    // A gene needs min_plates + 1 votes out of plates * perPlate. Plates agree far more than that bound allows (2,304 genes
    // come out of 14 Tahoe plates with 2,000 each): pca plans again when it knows.
    const most = Math.min((perPlate * plates) / (min_plates + 1), perPlate * expectedSpread);
    return {
      params: { ...params, min_plates }, plan,
      facts: { ...facts, selectedGenes: Math.min(facts.nVars, Math.max(1, Math.floor(most))) },
    };
  },
  python(p, n) {
    const args = [
      `flavor=${pythonLiteral(p.flavor)}`,
      ...(p.n_top_genes === null
        ? [`min_mean=${p.min_mean}, max_mean=${p.max_mean}, min_disp=${p.min_disp}, max_disp=${p.max_disp ?? "float('inf')"}`]
        : [`n_top_genes=${p.n_top_genes}`]),
      ...(p.flavor === 'seurat' ? [`n_bins=${p.n_bins}`] : [`span=${p.span}`, "layer='counts'"]),
    ].join(', ');
    if (n.plates <= 1) return [code(`${n.library}.pp.highly_variable_genes(${n.adata}, ${args})`)];
    return [
      code(
        '# variable genes per plate; a gene stays when more than min_plates plates choose it',
        'votes = 0',
        `for plate in ${n.adata}.obs['plate'].unique():`,
        `    part = ${n.adata}[${n.adata}.obs['plate'] == plate].copy()`,
        `    ${n.library}.pp.highly_variable_genes(part, ${args})`,
        "    votes = votes + part.var['highly_variable'].to_numpy().astype(int)",
        `${n.adata}.var['highly_variable'] = votes > ${p.min_plates ?? Math.min(2, n.plates - 1)}`,
      ),
    ];
  },
});
