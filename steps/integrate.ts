/** Brings batches together where the same cells look different, and says plainly whether that helped. */
import { planInMemory } from './cost.ts';
import { code, defineStep, pythonLiteral } from './define.ts';
import { what } from './integrate.params.ts';

/** Above this many cells transport of every cell itself is refused: cost and memory grow with the square. */
export const mostRawCells = 50_000;
/** Labels looked for when none is named. */
export const usualLabels = ['cell_line', 'cell_type', 'cell_name'] as const;
const usualIterations = 8;
/** Multiply-adds of a neighbour search per second and core, measured. */
const searchRate = 1.2e10;

export const integrate = defineStep({
  id: 'integrate',
  version: 1,
  title: 'Integration of batches',
  why: 'Plates and technologies leave their mark on every cell; this takes it out as far as the data allow, and measures what it did.',
  what,
  uses: ['rows'],
  seeded: true,
  reads: (p) => [`obsm/${p.obsm_key}`],
  writes: (p) => [`obsm/${p.out_key}`, 'uns/integrate'],
  plan(facts, params, how, hardware) {
    const dims = Math.max(1, facts.components || 50);
    const batches = Math.max(2, facts.plates.length);
    const sampled = Math.min(params.max_samples_per_batch, facts.nObs);
    const centroids = Math.min(params.level === 'cells' ? facts.nObs : params.n_centroids_per_batch * batches, facts.nObs);
    const workers = Math.max(1, Math.min(how.workers ?? hardware.workers, hardware.workers));
    const cores = Math.min(workers, hardware.cores);
    const bytes = facts.nObs * 2 + 2 * sampled * dims * 4 + centroids * (dims * 4 * 8 + 30 * 16) + params.eval_cells * (2 * 4 * dims + 90 * 16) + workers * 2 * 8192 * dims * 4;
    const searches = (usualIterations + 1) * centroids * centroids * dims;
    const clustering = 12 * batches * sampled * Math.min(params.n_centroids_per_batch, sampled) * dims;
    const carrying = facts.nObs * centroids * dims;
    const label_key = params.label_key ?? usualLabels.find((name) => facts.plates.every((plate) => plate.obsColumns.includes(name))) ?? null;
    return {
      params: { ...params, label_key },
      plan: { ...planInMemory(hardware, bytes, 2 + (searches + clustering + carrying) / searchRate / cores, facts.nObs * dims * 4, workers), resumable: 'checkpoint' as const },
      facts,
    };
  },
  python: (p, n) => [
    code(
      '# The same idea with scBIOT (pip install scbiot); Truckee also measures whether it helped.',
      'from scbiot.integrate_centroids import integrate_centroids',
      `${n.adata}, metrics = integrate_centroids(${n.adata}, obsm_key=${pythonLiteral(p.obsm_key)}, batch_key=${pythonLiteral(p.batch_key)}, out_key=${pythonLiteral(p.out_key)},`,
      `    n_centroids_per_batch=${p.n_centroids_per_batch}, max_samples_per_batch=${p.max_samples_per_batch}, k_interp=${p.k_interp}, chunk_size=${p.chunk_size}, random_state=${n.seed})`,
    ),
  ],
});
