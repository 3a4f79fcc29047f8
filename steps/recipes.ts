/** Ready recipes: what `truckee recipe NAME` prints and what the guides start from. */
import { recipeSchema, type Recipe } from '../protocol/recipe.ts';

const definitions = {
  'pca-umap': {
    truckee: 1,
    name: 'pca-umap',
    title: 'From counts to clusters: PCA, UMAP, Leiden',
    steps: [
      { step: 'qc' },
      { step: 'filter', params: { level: 'full' }, lenient: ['level'] },
      { step: 'normalize' },
      { step: 'log1p' },
      { step: 'hvg' },
      { step: 'pca' },
      { step: 'subset' },
      { step: 'neighbors' },
      { step: 'umap' },
      { step: 'leiden' },
    ],
  },
  pca: {
    truckee: 1,
    name: 'pca',
    title: 'From counts to principal components',
    steps: [
      { step: 'qc' },
      { step: 'filter', params: { level: 'full' }, lenient: ['level'] },
      { step: 'normalize' },
      { step: 'log1p' },
      { step: 'hvg' },
      { step: 'pca' },
    ],
  },
  integrate: {
    truckee: 1,
    name: 'integrate',
    title: 'Plates brought together by optimal transport, with a verdict, then clusters',
    steps: [
      { step: 'qc' },
      { step: 'filter', params: { level: 'full' }, lenient: ['level'] },
      { step: 'normalize' },
      { step: 'log1p' },
      { step: 'hvg' },
      { step: 'pca' },
      { step: 'integrate', params: { batch_key: 'plate' } },
      { step: 'subset' },
      { step: 'neighbors', params: { use_rep: 'auto' } },
      { step: 'umap' },
      { step: 'leiden' },
    ],
  },
  'integrate-published': {
    truckee: 1,
    name: 'integrate-published',
    title: 'The published centroid transport: 300 components, its acceptance and its arithmetic',
    seed: 1,
    steps: [
      { step: 'filter', params: { level: 'full' }, lenient: ['level'] },
      { step: 'normalize' },
      { step: 'log1p' },
      { step: 'hvg' },
      { step: 'pca', params: { n_comps: 300 } },
      { step: 'integrate', params: { batch_key: 'plate', accept: 'parity', ot_kernel: 'plain' } },
    ],
  },
  de: {
    truckee: 1,
    name: 'de',
    title: 'Genes that every drug moves, against the control of its plate and cell line',
    steps: [
      { step: 'filter', params: { level: 'full' }, lenient: ['level'] },
      { step: 'de' },
    ],
  },
  qc: {
    truckee: 1,
    name: 'qc',
    title: 'Quality metrics only',
    steps: [{ step: 'qc' }],
  },
} as const;

export type RecipeName = keyof typeof definitions;
export const recipeNames = Object.keys(definitions) as RecipeName[];

export function readyRecipe(name: RecipeName): Recipe {
  return recipeSchema.parse(definitions[name]);
}
