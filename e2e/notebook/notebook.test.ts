/** The notebook of a run, run: its cells as they stand, in Python, beside the run's own export; numbers of both must agree. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pythonWith } from '../../compute/kernels/testing/python.ts';
import { program, root } from '../support/program.ts';

const python = pythonWith('nbformat', 'anndata', 'sklearn', 'umap', 'leidenalg', 'igraph', 'pandas');
const folder = mkdtempSync(join(tmpdir(), 'truckee-notebook-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function truckee(...args: string[]): string {
  const done = spawnSync(program[0]!, [...program.slice(1), ...args, ...(args.includes('--workspace') ? [] : ['--workspace', join(folder, 'workspace')])], { cwd: folder, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${args.join(' ')}: ${done.stderr}${done.stdout}`);
  return done.stdout;
}

interface Ran {
  readonly printed: string;
  readonly cells: number;
  readonly variable: number;
  readonly kind: string;
  /** p-values by condition and gene, where there was a comparison. */
  readonly de: Readonly<Record<string, number>>;
}

function runNotebooks(...wanted: readonly { readonly notebook: string; readonly before?: string }[]): Ran[] {
  const paths = [import.meta.dirname, join(root, 'fixtures')].join(':');
  const done = spawnSync(python!, ['-W', 'ignore', join(import.meta.dirname, 'run_notebook.py'), JSON.stringify(wanted)], { encoding: 'utf8', env: { ...process.env, PYTHONPATH: paths }, timeout: 240_000 });
  if (done.status !== 0) throw new Error(done.stderr.slice(-3000));
  return JSON.parse(done.stdout) as Ran[];
}

/** CuPy as far as these cells use it, with arrays that stay in the processor's memory. */
const playedGpu = [
  'import sys, types, numpy, scipy.sparse, anndata, scanpy',
  'class Played(scipy.sparse.csr_matrix):',
  '    def get(self): return scipy.sparse.csr_matrix(self)',
  'cupyx = types.ModuleType("cupyx"); cupyx.scipy = types.ModuleType("cupyx.scipy"); cupyx.scipy.sparse = types.ModuleType("cupyx.scipy.sparse")',
  'cupyx.scipy.sparse.csr_matrix = Played',
  'cupy = types.ModuleType("cupy"); cupy.asarray = numpy.asarray; cupy.float32 = numpy.float32',
  'runtime = types.SimpleNamespace(getDeviceProperties=lambda number: {"name": b"Played"}, memGetInfo=lambda: (2**33, 2**34), driverGetVersion=lambda: 12040)',
  'cupy.cuda = types.SimpleNamespace(runtime=runtime)',
  'rsc = types.ModuleType("rapids_singlecell")',
  // Only what the library takes: an option of scanpy alone would fail here as there.
  'rsc.pp = types.SimpleNamespace(normalize_total=scanpy.normalize_total, log1p=scanpy.log1p, neighbors=scanpy.neighbors,',
  '    calculate_qc_metrics=lambda adata, qc_vars: scanpy.calculate_qc_metrics(adata, qc_vars, [50], True), pca=lambda adata, n_comps: scanpy.pca(adata, n_comps, None),',
  '    highly_variable_genes=lambda adata, flavor, n_top_genes, n_bins: scanpy.highly_variable_genes(adata, flavor, n_top_genes, n_bins))',
  'rsc.tl = types.SimpleNamespace(umap=scanpy.umap, leiden=lambda adata, resolution, key_added, random_state: scanpy.leiden(adata, resolution, -1, key_added, None, None, random_state))',
  'sys.modules |= {name: types.ModuleType(name) for name in ("cudf", "rmm", "dask_cuda")}',
  'sys.modules |= {"cupy": cupy, "cupyx": cupyx, "cupyx.scipy": cupyx.scipy, "cupyx.scipy.sparse": cupyx.scipy.sparse, "rapids_singlecell": rsc}',
].join('\n');

describe.skipIf(python === null)('the notebook of a run (needs Python with anndata, umap-learn and leidenalg)', () => {
  beforeAll(() => {
    truckee('generate', join(folder, 'plates'), '--plates', '3', '--cells', '1000', '--genes', '1500', '--lines', '6');
    truckee('add', ...readdirSync(join(folder, 'plates')).filter((name) => name.endsWith('.h5ad')).map((name) => join(folder, 'plates', name)));
    truckee('run', 'pca-umap');
    truckee('export', 'latest', '--h5ad', join(folder, 'plates/truckee-results.h5ad'), '--notebook', join(folder, 'plates/run.ipynb'));
    truckee('export', 'latest', '--h5ad', join(folder, 'plates/again.h5ad'), '--notebook', join(folder, 'plates/gpu.ipynb'), '--gpu');
  });

  let both: Ran[] | undefined;
  const ranBoth = (): Ran[] => (both ??= runNotebooks({ notebook: join(folder, 'plates/run.ipynb') }, { notebook: join(folder, 'plates/gpu.ipynb'), before: playedGpu }));
  const onProcessor = (): Ran => ranBoth()[0]!;
  const onGpu = (): Ran => ranBoth()[1]!;

  const compared = (ran: Ran): { cells: number; components: number[]; rand: number } => ({
    cells: Number(/^(\d+) cells in both/m.exec(ran.printed)?.[1]),
    components: /correlation up to sign: \[([^\]]*)\]/.exec(ran.printed)![1]!.trim().split(/\s+/).map(Number),
    rand: Number(/leiden adjusted Rand index: ([\d.]+)/.exec(ran.printed)?.[1]),
  });

  test('runs from its first cell to its last and shows the same numbers as the run', () => {
    const ran = onProcessor();
    const { cells, components, rand } = compared(ran);
    const result = join(folder, 'workspace/results', readdirSync(join(folder, 'workspace/results')).find((name) => name.startsWith('hvg-'))!);
    const { selected } = JSON.parse(readFileSync(join(result, 'uns/hvg.json'), 'utf8')) as { selected: number };
    expect(ran.variable).toBe(selected);
    expect(cells).toBe(ran.cells);
    // The components that carry lines and drugs; later ones are noise, whose order rounding decides.
    expect(Math.min(...components.slice(0, 5))).toBeGreaterThan(0.999);
    // Two implementations and two streams of random numbers: the groups agree, not every cell of them.
    expect(rand).toBeGreaterThan(0.8);
  });

  test('of a comparison: its cells come to the p-values of the run, gene by gene', async () => {
    const de = join(folder, 'de');
    truckee('generate', de, '--plates', '1', '--cells', '1500', '--genes', '200', '--lines', '1', '--workspace', join(de, 'w'));
    truckee('add', join(de, readdirSync(de).find((name) => name.endsWith('.h5ad'))!), '--workspace', join(de, 'w'));
    truckee('de', '--drug', 'Vorinostat', '--drug', 'Melphalan', '--min-cells', '4', '--out', join(de, 'tables'), '--workspace', join(de, 'w'));
    truckee('export', 'latest', '--notebook', join(de, 'de.ipynb'), '--workspace', join(de, 'w'));
    const ran = runNotebooks({ notebook: join(de, 'de.ipynb') })[0]!;
    const theirs = new Map(Object.entries(ran.de));
    const ours = new Map<string, number>();
    for (const name of readdirSync(join(de, 'tables'))) {
      for (const row of await parquetReadObjects({ file: await asyncBufferFromFile(join(de, 'tables', name)) })) ours.set(`${String(row['target'])} ${String(row['feature'])}`, Number(row['p_value']));
    }
    expect(ours.size).toBeGreaterThan(200);
    expect([...theirs.keys()].sort()).toEqual([...ours.keys()].sort());
    // The stand-in normalises in double precision: a few values that are tied in single precision are not there.
    const gaps = [...ours].map(([key, p]) => Math.abs(theirs.get(key)! / p - 1));
    expect(Math.max(...gaps)).toBeLessThan(0.05);
    expect(gaps.filter((gap) => gap < 1e-8).length / gaps.length).toBeGreaterThan(0.9);
  });

  test('its GPU variant moves counts with cupyx.scipy.sparse, calls rapids-singlecell, and comes to the same numbers', () => {
    const code = readFileSync(join(folder, 'plates/gpu.ipynb'), 'utf8');
    expect(code).toContain('from cupyx.scipy import sparse as gpu_sparse');
    expect(code).toContain('rsc.pp.normalize_total');
    expect(code).toContain('rsc.tl.leiden');
    expect(code).not.toMatch(/\bspx\b|sc\.pp\.log1p\(adata\)(?<!rsc\.pp\.log1p\(adata\))/);
    const ran = onGpu();
    expect(ran.printed).toContain('Played, driver for CUDA 12, 8.0 of 16.0 GiB free');
    const { components, rand } = compared(ran);
    expect(Math.min(...components.slice(0, 5))).toBeGreaterThan(0.999);
    // Two implementations and two streams of random numbers: the groups agree, not every cell of them.
    expect(rand).toBeGreaterThan(0.8);
  });
});
