import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { InputFacts } from '../../protocol/matrix.ts';
import { readyRecipe, recipeNames, type RecipeName } from '../../steps/recipes.ts';
import { resolveRecipe } from '../../steps/resolve.ts';
import { recipeSchema, type Recipe } from '../../protocol/recipe.ts';
import { pythonWith } from '../../compute/kernels/testing/python.ts';
import { writeNotebook, type NotebookDataset, type NotebookInput } from './notebook.ts';

const python = pythonWith('nbformat', 'anndata');
const folder = mkdtempSync(join(tmpdir(), 'truckee-notebook-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const needsPython = python === null ? describe.skip : describe;

interface Report {
  cells: [string, string][]; ids: string[]; minor: number; names: string[]; genes: string[]; plate: string[]; X: number[][]; dtype: string; format: string; printed: string;
}
function check(text: string, ...run: string[]): Report {
  const path = join(folder, 'check.ipynb');
  writeFileSync(path, text);
  const done = spawnSync(python!, ['-W', 'ignore', join(import.meta.dirname, 'testing', 'check_notebook.py'), path, ...run], { encoding: 'utf8', timeout: 120_000 });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout) as Report;
}

const dataset = (name: string, more: Partial<NotebookDataset> = {}): NotebookDataset => ({
  name, file: `/home/someone/secret folder/${name}.h5ad`, format: 'h5ad', cells: 4000, genes: 62710, stored: 8e6, countsIn: 'X', kind: 'csr_matrix', demo: true, ...more,
});

function inputFor(recipe: Recipe, datasets: readonly NotebookDataset[]): NotebookInput {
  const facts: InputFacts = {
    nObs: 4000 * datasets.length, nVars: 62710, stored: 8e6,
    plates: datasets.map((d) => ({
      name: d.name, path: d.file, nObs: d.cells, nVars: d.genes, obsColumns: ['plate', 'cell_line', 'drug', 'pass_filter'], demo: true,
      matrix: { slot: 'X', kind: 'csr_matrix', dtype: 'float32', chunks: null, filter: null, shuffle: false, nObs: d.cells, nVars: d.genes, stored: d.stored, storedBytes: 1e7 },
    })),
  };
  const { steps } = resolveRecipe(recipe, facts, { cores: 2, workers: 2, memoryBytes: 4e9, diskFreeBytes: 1e12 });
  return {
    title: 'From counts', recipe, steps, datasets, versions: { truckee: '0.1.0' },
    results: steps.map((step) => ({ step: step.id, wallSeconds: 1.5, cpuSeconds: 2.5, outcome: { cells: 4000, where: '/srv/data/x.h5ad' } })),
  };
}
const codeOf = (report: Report): string => report.cells.filter(([kind]) => kind === 'code').map(([, source]) => source).join('\n\n');

needsPython('notebook (needs Python with nbformat and anndata)', () => {
  test.each(recipeNames.flatMap((name) => [1, 3].map((plates): [RecipeName, number] => [name, plates])))('%s over %i plates is valid and every cell compiles', (name, plates) => {
    const input = inputFor(readyRecipe(name), Array.from({ length: plates }, (_, i) => dataset(`p${i + 1}`)));
    const report = check(writeNotebook(input));
    expect(report.minor).toBe(5);
    expect(new Set(report.ids).size).toBe(report.cells.length);
    const heads = report.cells.filter(([kind]) => kind === 'markdown').map(([, source]) => source.split('\n')[0]);
    expect(heads.filter((head) => /^## \d/.test(head!))).toHaveLength(input.steps.length);
  });

  test('the first cell pins versions, direct apart from transitive', () => {
    const report = check(writeNotebook(inputFor(readyRecipe('pca-umap'), [dataset('p1')])));
    const [kind, first] = report.cells[0]!;
    expect(kind).toBe('code');
    expect(first).toMatch(/"scanpy\[leiden\]==1\.11\.\d+" "dask==[\d.]+" "dask\[distributed\]==[\d.]+" "anndata\[lazy\]==0\.12\.\d+"/);
    const direct = /PINNED = \{[^}]*\}/.exec(first)![0];
    expect([...direct.matchAll(/^ {4}'([^']+)'/gm)].map((match) => match[1])).toEqual(['scanpy', 'dask', 'distributed', 'anndata']);
    expect(/TRANSITIVE = .*/.exec(first)![0]).toContain("'numpy'");
  });

  test('large data is read lazily by the name of either anndata version, small data is not', () => {
    const large = codeOf(check(writeNotebook(inputFor(readyRecipe('pca-umap'), [dataset('p1', { stored: 1e9 })]))));
    expect(large).toContain('LAZY = True');
    for (const name of ['read_elem_lazy', 'read_elem_as_dask', 'read_lazy', 'Client(']) expect(large).toContain(name);
    const small = codeOf(check(writeNotebook(inputFor(readyRecipe('pca-umap'), [dataset('p1')]))));
    expect(small).toContain('LAZY = False');
    expect(small).not.toContain('Client(');
  });

  test('its GPU variant looks for everything at once and tells every gap together', () => {
    const cells = (JSON.parse(writeNotebook({ ...inputFor(readyRecipe('pca'), [dataset('p1')]), gpu: true })) as { cells: { source: string | string[] }[] }).cells.map(({ source }) => [source].flat().join(''));
    const check = cells.find((source) => source.startsWith('# everything the GPU cells need'))!;
    const ran = (before: string): string => spawnSync(python!, ['-c', `${before}\n${check}`], { encoding: 'utf8' }).stderr.split('RuntimeError: ')[1]!.trim();
    // None of them is here, or all are hidden: each has a line.
    const hidden = 'import sys\nfor name in ("cupy", "cudf", "rmm", "dask_cuda", "rapids_singlecell"): sys.modules[name] = None';
    expect(ran(hidden).split('\n').map((line) => line.trim().split(':')[0])).toEqual(['The GPU cells cannot run here', 'cupy', 'cudf', 'rmm', 'dask_cuda', 'rapids_singlecell']);
    // A GPU that does not answer is told beside a package that lacks.
    const silent = 'import sys, types\nfor name in ("cupy", "cudf", "rmm", "rapids_singlecell"): sys.modules[name] = types.ModuleType(name)\nsys.modules["dask_cuda"] = None';
    expect(ran(silent)).toMatch(/dask_cuda: .*\n\s+GPU: /);
  });

  test('no folder is named, whatever the records say', () => {
    const text = writeNotebook({ ...inputFor(readyRecipe('pca-umap'), [dataset('p1'), dataset('p2', { file: 'C:\\Users\\someone\\p2.h5ad' })]), exported: '/srv/out/run.zarr' });
    expect(text).not.toMatch(/someone|secret|srv\//);
    expect(text).toContain("'p2.h5ad'");
    expect(text).toContain("'run.zarr'");
  });

  test('names from files stay inside their quotes and are no markup', () => {
    const evil = "x'); import os; os.system('echo pwned') #\n\"\"\" \\ <script>alert(1)</script> `|*_[a](b)";
    const recipe = recipeSchema.parse({
      truckee: 1, name: evil, title: evil, steps: [{ step: 'qc', params: { mito_prefix: evil } }, { step: 'filter', params: { where: "cell_line == '\\'); import os #'" } }],
    });
    const input = { ...inputFor(recipe, [dataset(evil)]), title: evil, colors: [evil], exported: evil, results: [{ step: 'qc', wallSeconds: 1, cpuSeconds: 1, outcome: { [evil]: evil } }] };
    const report = check(writeNotebook(input));
    const names = spawnSync(python!, ['-c', 'import ast, json, sys\nprint(json.dumps(sorted({n.id for s in json.load(sys.stdin) for n in ast.walk(ast.parse(s)) if isinstance(n, ast.Name)})))'], {
      encoding: 'utf8', input: JSON.stringify(report.cells.filter(([kind]) => kind === 'code').map(([, source]) => source)),
    });
    expect(JSON.parse(names.stdout)).not.toContain('os');
    for (const [kind, source] of report.cells) if (kind === 'markdown') expect(source).not.toContain('<script');
  });

  test('seurat_v3 finds its counts layer and package', () => {
    const recipe = recipeSchema.parse({ truckee: 1, name: 'v3', steps: [{ step: 'normalize' }, { step: 'log1p' }, { step: 'hvg', params: { flavor: 'seurat_v3' } }] });
    const report = check(writeNotebook(inputFor(recipe, [dataset('p1')])));
    const code = codeOf(report);
    expect(code.indexOf("adata.layers['counts']")).toBeGreaterThan(0);
    expect(code.indexOf("adata.layers['counts']")).toBeLessThan(code.indexOf('normalize_total'));
    expect(report.cells[0]![1]).toContain('scanpy[skmisc]');
  });

  test('the reading cells read: plates joined in the gene order of the first, counts from where they are, results compared', () => {
    const make = [
      'import anndata as ad, numpy as np, pandas as pd, sys',
      'from scipy import sparse',
      'def plate(name, genes, X, layer):',
      '    obs = pd.DataFrame({"plate": "old"}, index=["a", "b"])',
      '    a = ad.AnnData(X=np.array(X if not layer else np.array(X) / 2, dtype="float32"), obs=obs, var=pd.DataFrame(index=genes), dtype="float32")',
      '    if layer: a.layers["raw_counts"] = sparse.csc_matrix(np.array(X))',
      '    (a.write_zarr if name.endswith("zarr") else a.write_h5ad)(sys.argv[1] + "/" + name)',
      'plate("p1.zarr", ["G1", "G2", "G3"], [[1, 0, 2], [0, 3, 0]], False)',
      'plate("p2.h5ad", ["G3", "G1", "X"], [[5, 4, 9], [0, 6, 9]], True)',
      'r = ad.AnnData(obs=pd.DataFrame({"leiden": pd.Categorical(["0", None, "1"])}, index=["p1-a", "p1-b", "p2-b"]), obsm={"X_pca": np.eye(3)})',
      'r.write_h5ad(sys.argv[1] + "/truckee-results.h5ad")',
    ].join('\n');
    expect(spawnSync(python!, ['-W', 'ignore', '-c', make, folder], { encoding: 'utf8' }).stderr).toBe('');
    const input = inputFor(recipeSchema.parse({ truckee: 1, name: 'r', genes: 'inner', steps: [{ step: 'qc' }] }), [dataset('p1', { format: 'zarr', file: '/srv/p1.zarr' }), dataset('p2', { countsIn: 'layers/raw_counts' })]);
    const report = check(writeNotebook(input), folder);
    expect(report.names).toEqual(['p1-a', 'p1-b', 'p2-a', 'p2-b']);
    expect(report.genes).toEqual(['G1', 'G3']);
    expect(report.X).toEqual([[1, 2], [0, 0], [4, 5], [6, 0]]);
    expect(report.plate).toEqual(['p1', 'p1', 'p2', 'p2']);
    expect(report).toMatchObject({ dtype: 'float32', format: 'csr' });
    expect(report.printed).toContain('3 cells in both; 4 here, 3 in Truckee');
  });
});
