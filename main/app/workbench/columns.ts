/** What pictures of a run can show: embeddings and obs columns by name, from result folders and the files' own lists. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunColumns } from '../../../protocol/api.types.ts';
import { listDatasets } from '../../catalog/datasets.ts';
import type { PastRun } from '../../jobs/past-run.ts';
import type { Workspace } from '../../workspace.ts';
import { defaultFigure } from '../outputs.ts';

type Column = RunColumns['columns'][number];

export function runColumns(workspace: Workspace, run: PastRun): RunColumns {
  const computed = new Map<string, Column>();
  const bases = new Map<string, { columns: number; rows: number }>();
  let varianceRatio: readonly number[] | null = null;
  for (const { path } of run.results) {
    for (const name of namesIn(join(path, 'obs'))) computed.set(name, { name, kind: isLabels(join(path, 'obs', name)) ? 'labels' : 'numbers', computed: true });
    for (const name of namesIn(join(path, 'obsm'))) {
      const [rows = 0, columns = 1] = shapeOf(join(path, 'obsm', name));
      bases.set(name, { columns, rows });
    }
    varianceRatio = readJson<{ variance_ratio?: number[] }>(join(path, 'uns', 'pca.json'))?.variance_ratio ?? varianceRatio;
  }
  const reports = listDatasets(workspace.catalog).filter((row) => run.plates.some((plate) => plate.path === row.path)).map((row) => row.report);
  const stored = (reports[0]?.obs ?? []).filter((column) => column.type !== 'unsupported' && reports.every((report) => report.obs.some((other) => other.name === column.name)));
  const columns: Column[] = [
    ...computed.values(),
    ...(run.plates.length > 1 && !stored.some((column) => column.name === 'plate') ? [{ name: 'plate', kind: 'labels', computed: true } as const] : []),
    ...stored.filter((column) => !computed.has(column.name)).map(({ name, type }): Column => ({ name, kind: type === 'integer' || type === 'float' ? 'numbers' : 'labels', computed: false })),
  ];
  // The map a person looks at first comes first.
  const order = ['X_umap', 'X_ot', 'X_pca'];
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return {
    bases: [...bases].map(([name, shape]) => ({ name, ...shape })).filter((basis) => basis.columns >= 2).sort((a, b) => place(a.name) - place(b.name)),
    columns, suggested: [...defaultFigure(run).colors], varianceRatio,
  };
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
}

function isLabels(array: string): boolean {
  return readJson<Record<string, unknown>>(join(array, '.zattrs'))?.['categories'] !== undefined;
}

function shapeOf(array: string): number[] {
  return readJson<{ shape?: number[] }>(join(array, '.zarray'))?.shape ?? [];
}

function readJson<T>(path: string): T | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : null;
}
