/** A recipe's query becomes what the engine knows: fewer datasets, and a filter step that keeps the fitting cells. */
import { failure } from '../../protocol/errors.ts';
import { queryWords } from '../../protocol/query.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { compileQuery } from '../catalog/compile-query.ts';
import type { DatasetRow } from '../catalog/datasets.ts';
import { resolveQuery } from '../catalog/resolve-query.ts';
import type { Workspace } from '../workspace.ts';

export interface QueriedRecipe {
  readonly recipe: Recipe;
  readonly datasets: readonly DatasetRow[];
  readonly notes: readonly string[];
}

/** @throws not-found for names nobody knows; nothing-left when no dataset can hold a fitting cell */
export function applyQuery(workspace: Workspace, recipe: Recipe, datasets: readonly DatasetRow[]): QueriedRecipe {
  const { query } = recipe;
  if (query === undefined) return { recipe, datasets, notes: [] };
  const resolved = resolveQuery(workspace.catalog, query);
  const compiled = compileQuery(workspace.catalog, query, resolved, datasets.map((row) => row.name));
  if (compiled.datasets.length === 0) {
    const before = datasets.reduce((cells, row) => cells + row.report.n_obs, 0);
    throw failure('nothing-left', { step: 'the query', before, axis: 'cells', detail: compiled.left.map(({ dataset, reason }) => `${dataset}: ${reason}`).slice(0, 3).join('; ') });
  }
  const notes = [...resolved.notes, `only cells of ${queryWords(query)}`, ...compiled.left.map(({ dataset, reason }) => `${dataset} is not read: ${reason}`)];
  const chosen = datasets.filter((row) => compiled.datasets.includes(row.name));
  return { recipe: compiled.where === null ? recipe : withWhere(recipe, compiled.where), datasets: chosen, notes };
}

/** Joins the recipe's own filter, or goes in where one would stand: after quality control, else first. */
function withWhere(recipe: Recipe, where: string): Recipe {
  const at = recipe.steps.findIndex(({ step }) => step === 'filter');
  if (at >= 0) {
    const steps = recipe.steps.map((entry, i) => {
      if (i !== at) return entry;
      const own = entry.params['where'];
      return { ...entry, params: { ...entry.params, where: typeof own === 'string' ? `${where} and (${own})` : where }, lenient: entry.lenient.filter((name) => name !== 'where') };
    });
    return { ...recipe, steps };
  }
  const place = recipe.steps.findIndex(({ step }) => step === 'qc') + 1;
  return { ...recipe, steps: recipe.steps.toSpliced(place, 0, { step: 'filter', params: { where }, lenient: [] }) };
}
