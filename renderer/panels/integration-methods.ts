/** Integrations of the same embedding beside one another: which belong together, and their figures as rows. */
import type { RunStep } from '../../protocol/api.types.ts';
import type { Recipe } from '../../protocol/recipe.ts';

export const methods = ['ot', 'harmony', 'mnn'] as const;
export type Method = (typeof methods)[number];

const words: Readonly<Record<Method, string>> = { ot: 'Optimal transport', harmony: 'Harmony', mnn: 'MNN' };

/** A method by its name for people; how transport decides is part of it. */
export function methodWords({ params }: Pick<RunStep, 'params'>): string {
  const method = methods.find((one) => one === params['method']) ?? 'ot';
  return method === 'ot' && params['accept'] === 'parity' ? `${words.ot}, as published` : words[method];
}

type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const numberOf = (of: Json | null, name: string): number | null => (of !== null && typeof of[name] === 'number' ? of[name] : null);
const sideOf = ({ outcome }: Pick<RunStep, 'outcome'>, side: 'before' | 'after'): Json | null => {
  const quality = outcome['quality'];
  const found = isJson(quality) ? quality[side] : null;
  return isJson(found) ? found : null;
};

/** Both were asked to bring the same batches of the same cells together: what was measured before is equal to the last bit. */
export function sameQuestion(a: Pick<RunStep, 'params' | 'outcome'>, b: Pick<RunStep, 'params' | 'outcome'>): boolean {
  const [before, other] = [sideOf(a, 'before'), sideOf(b, 'before')];
  return before !== null && other !== null && ['obsm_key', 'batch_key', 'label_key'].every((name) => a.params[name] === b.params[name]) && JSON.stringify(before) === JSON.stringify(other);
}

/** Its quality was measured before and after. */
export const wasMeasured = (step: Pick<RunStep, 'outcome'>): boolean => sideOf(step, 'before') !== null && sideOf(step, 'after') !== null;

/** Where mixing ends, and what full mixing would look like. */
export function limitsOf({ outcome }: Pick<RunStep, 'outcome'>): { readonly ceiling: number | null; readonly fullMixing: number | null } {
  const quality = isJson(outcome['quality']) ? outcome['quality'] : null;
  return { ceiling: numberOf(quality, 'ceiling'), fullMixing: numberOf(quality, 'full_mixing') };
}

export interface FigureRow {
  readonly words: string;
  readonly before: number | null;
  /** One for each method. */
  readonly values: readonly (number | null)[];
}

const sides: readonly (readonly [name: string, words: string])[] = [
  ['mix', 'mixing of batches, nat'], ['same_batch', 'neighbours of the same batch'], ['iLISI', 'iLISI'], ['same_label', 'neighbours of the same label'], ['cLISI', 'cLISI'], ['clusters', 'clusters'], ['ARI', 'label ARI after Leiden'], ['NMI', 'label NMI after Leiden'],
];
const controls: readonly (readonly [name: string, words: string])[] = [['mix', 'mixing of controls of one label'], ['separation', 'controls kept apart from treated cells']];
const wholes: readonly (readonly [name: string, words: string])[] = [['way', 'share of the way to full mixing'], ['overlap', 'neighbours kept'], ['strain', 'strain'], ['trustworthiness', 'trustworthiness']];

/** Figures that at least one of the integrations has. */
export function figureRows(steps: readonly Pick<RunStep, 'outcome'>[]): FigureRow[] {
  const controlsOf = (of: Json | null): Json | null => (of !== null && isJson(of['controls']) ? of['controls'] : null);
  const before = steps.map((step) => sideOf(step, 'before')).find((side) => side !== null) ?? null;
  const rows = [
    ...sides.map(([name, said]) => ({ words: said, before: numberOf(before, name), values: steps.map((step) => numberOf(sideOf(step, 'after'), name)) })),
    ...controls.map(([name, said]) => ({ words: said, before: numberOf(controlsOf(before), name), values: steps.map((step) => numberOf(controlsOf(sideOf(step, 'after')), name)) })),
    ...wholes.map(([name, said]) => ({ words: said, before: null, values: steps.map(({ outcome }) => numberOf(isJson(outcome['quality']) ? outcome['quality'] : null, name)) })),
  ];
  return rows.filter(({ values }) => values.some((value) => value !== null));
}

/** The recipe with another method, all else equal; a name given to the result was meant for the first one. */
export function withMethod(recipe: Recipe, method: Method): Recipe {
  return {
    ...recipe,
    steps: recipe.steps.map((entry) => {
      if (entry.step !== 'integrate') return entry;
      const { out_key: _, ...params } = entry.params;
      return { ...entry, params: { ...params, method } };
    }),
  };
}
