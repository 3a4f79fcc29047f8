/** Brings batches together where the same cells look different, and says plainly whether that helped. */
import { planInMemory } from './cost.ts';
import { code, defineStep, pythonLiteral, type NotebookCell, type PythonNames } from './define.ts';
import { what } from './integrate.params.ts';

/** Above this many cells transport of every cell itself is refused: cost and memory grow with the square. */
export const mostRawCells = 50_000;
/** Labels looked for when none is named. */
export const usualLabels = ['cell_line', 'cell_type', 'cell_name'] as const;
const usualIterations = 8;
/** Multiply-adds of a neighbour search per second and core, measured. */
const searchRate = 1.2e10;

const outKeys = { ot: 'X_ot', harmony: 'X_pca_harmony', mnn: 'X_mnn' } as const;

export function outKey({ method, out_key }: { readonly method: keyof typeof outKeys; readonly out_key: string | null }): string {
  return out_key ?? outKeys[method];
}

/** MNN compares every cell of two batches with every other: more cells than this are refused. */
export const mostMnnCells = 200_000;

export const integrate = defineStep({
  id: 'integrate',
  version: 2,
  title: 'Integration of batches',
  why: 'Plates and technologies leave their mark on every cell; this takes it out as far as the data allow, and measures what it did.',
  what,
  uses: ['rows'],
  seeded: true,
  reads: (p) => [`obsm/${p.obsm_key}`],
  writes: (p) => [`obsm/${outKey(p)}`, 'uns/integrate'],
  plan(facts, params, how, hardware) {
    const dims = Math.max(1, facts.components || 50);
    const batches = Math.max(2, facts.plates.length);
    const sampled = Math.min(params.max_samples_per_batch, facts.nObs);
    const centroids = Math.min(params.level === 'cells' ? facts.nObs : params.n_centroids_per_batch * batches, facts.nObs);
    const workers = Math.max(1, Math.min(how.workers ?? hardware.workers, hardware.workers));
    const cores = Math.min(workers, hardware.cores);
    const whole = params.method === 'ot' ? 0 : facts.nObs * dims * 4 * 3 + (params.method === 'harmony' ? facts.nObs * 4 * Math.min(100, params.nclust ?? 100) : facts.nObs * params.k_mnn * 16);
    const bytes = whole + restingBytes + facts.nObs * 2 + 2 * sampled * dims * 4 + centroids * (dims * 4 * 8 + 30 * 16) + params.eval_cells * (2 * 4 * dims + 90 * 16) + workers * 2 * 8192 * dims * 4;
    const searches = (usualIterations + 1) * centroids * centroids * dims;
    const carrying = facts.nObs * centroids * dims;
    const label_key = params.label_key ?? usualLabels.find((name) => facts.plates.every((plate) => plate.obsColumns.includes(name))) ?? null;
    return {
      params: { ...params, label_key, out_key: outKey(params) },
      plan: { ...planInMemory(hardware, bytes, measuringSeconds(Math.min(params.eval_cells, facts.nObs)) + secondsOf(params.method, facts.nObs, dims, (searches + carrying) / searchRate / cores + clusteringSeconds(params, Math.ceil(Math.min(sampled, facts.nObs / batches)), dims) * batches / Math.min(2, cores)), facts.nObs * dims * 4, workers), resumable: 'checkpoint' as const },
      facts,
    };
  },
  python: (p, n) => p.method === 'ot' ? transportCells(p, n) : [
    p.method === 'harmony'
      ? code(`sc.external.pp.harmony_integrate(${n.adata}, key=${pythonLiteral(p.batch_key)}, basis=${pythonLiteral(p.obsm_key)}, adjusted_basis=${pythonLiteral(outKey(p))})`)
      : code(`# fastMNN lives in R (batchelor::reducedMNN); mnnpy has a relative of it:`, `sc.external.pp.mnn_correct(${n.adata}, batch_key=${pythonLiteral(p.batch_key)}, k=${p.k_mnn})`),
  ],
});

/** What workers keep of the searches before, whatever the size of the data. */
const restingBytes = 40 * 2 ** 20;
/** Cells that k-means looks at in one step, and that its start centres are sought among. */
const [stepCells, startCells] = [4096, 3 * 4096];
/** Differences squared and added per second and core by plain code, measured. */
const plainRate = 1e9;

/** One batch: start centres (most cells are passed over unmeasured), steps until they no longer help, sparseness of regions. */
function clusteringSeconds({ n_centroids_per_batch, density }: { readonly n_centroids_per_batch: number; readonly density: string }, cells: number, dims: number): number {
  const clusters = Math.min(n_centroids_per_batch, cells);
  const start = clusters * (3 + Math.log(clusters)) * ((clusters / 2) * dims + Math.min(cells, startCells) * (1 + 0.15 * dims));
  const steps = Math.min((25 * cells) / stepCells, 150) * stepCells * clusters * dims;
  const sparse = density === 'off' ? 0 : cells * Math.min(cells, cells > 50_000 ? 20_000 : cells) * dims;
  return start / plainRate + (steps + sparse) / searchRate;
}

/** Neighbours, clusters and figures of the sample that quality is measured on, before and after. */
const measuringSeconds = (cells: number): number => 1 + 3e-4 * cells;

function secondsOf(method: keyof typeof outKeys, cells: number, dims: number, transport: number): number {
  if (method === 'harmony') return (cells * 100 * dims * 400) / 1e9;
  return method === 'mnn' ? (cells * cells * dims) / searchRate : transport;
}

function transportCells(p: Parameters<typeof outKey>[0] & TransportWords, n: PythonNames): readonly NotebookCell[] {
  return [
    code(
      '# The published implementation (pip install scbiot). Truckee also measures whether it helped.',
      'from scbiot.integrate_centroids import integrate_centroids',
      `${n.adata}, metrics = integrate_centroids(${n.adata}, obsm_key=${pythonLiteral(p.obsm_key)}, batch_key=${pythonLiteral(p.batch_key)}, out_key=${pythonLiteral(outKey(p))},`,
      `    n_centroids_per_batch=${p.n_centroids_per_batch}, max_samples_per_batch=${p.max_samples_per_batch}, k_interp=${p.k_interp}, chunk_size=${p.chunk_size}, random_state=${n.seed})`,
    ),
  ];
}

interface TransportWords {
  readonly obsm_key: string;
  readonly batch_key: string;
  readonly n_centroids_per_batch: number;
  readonly max_samples_per_batch: number;
  readonly k_interp: number;
  readonly chunk_size: number;
}
