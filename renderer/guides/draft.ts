/** A run in the making: the answers a guide has so far, and the recipe they amount to. */
import type { RunLimits } from '../../protocol/api.ts';
import type { Recipe } from '../../protocol/recipe.ts';

export interface Draft {
  readonly base: Recipe;
  /** Names of the chosen datasets; null for all of the workspace. */
  readonly datasets: readonly string[] | null;
  /** Changed parameters by step; what is not here keeps its default. */
  readonly changed: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly seed: number;
  readonly limits: RunLimits;
  readonly device: NonNullable<Recipe['device']>;
}

export function draftOf(base: Recipe): Draft {
  const changed = Object.fromEntries(base.steps.map((step) => [step.step, step.params]));
  const datasets = base.datasets === 'all' ? null : base.datasets.map((one) => one.name);
  return { base, datasets, changed, seed: base.seed, limits: { memoryBytes: null, workers: null }, device: base.device ?? 'auto' };
}

/** Sets one parameter; undefined takes its default again. What the user sets is never dropped silently. */
export function withParameter(draft: Draft, step: string, name: string, value: unknown): Draft {
  const { [name]: _, ...others } = draft.changed[step] ?? {};
  return { ...draft, changed: { ...draft.changed, [step]: value === undefined ? others : { ...others, [name]: value } } };
}

export function recipeOf(draft: Draft): Recipe {
  const { base, datasets, changed, seed, device } = draft;
  return {
    ...base, seed, ...(device === 'auto' ? { device: undefined } : { device }), datasets: datasets === null ? 'all' : datasets.map((name) => ({ name })),
    steps: base.steps.map((entry) => {
      const params = changed[entry.step] ?? {};
      const touched = (name: string): boolean => JSON.stringify(params[name]) !== JSON.stringify(entry.params[name]);
      return { ...entry, params: { ...params }, lenient: entry.lenient.filter((name) => !touched(name)) };
    }),
  };
}

/** How many parameters differ from the ready recipe. */
export function changesIn(draft: Draft): number {
  return draft.base.steps.reduce((sum, entry) => {
    const params = draft.changed[entry.step] ?? {};
    const names = new Set([...Object.keys(params), ...Object.keys(entry.params)]);
    return sum + [...names].filter((name) => JSON.stringify(params[name]) !== JSON.stringify(entry.params[name])).length;
  }, 0);
}
