/** A recipe: which steps with which parameters on which datasets. JSON the user may keep, edit and share. */
import { z } from 'zod';
import { failure } from './errors.ts';
import { querySchema } from './query.ts';

const stepSchema = z.strictObject({
  step: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
  /** Parameters of a ready recipe that are dropped with a note when their obs column does not exist. */
  lenient: z.array(z.string()).default([]),
});

export const recipeSchema = z.strictObject({
  truckee: z.literal(1),
  name: z.string().min(1),
  title: z.string().default(''),
  seed: z.int().min(0).max(0xffffffff).default(0),
  /** 'all' datasets of the workspace, or some of them by name (with the digest they had, if it must match). */
  datasets: z
    .union([z.literal('all'), z.array(z.strictObject({ name: z.string(), digest: z.string().optional() })).min(1)])
    .default('all'),
  /** 'same' refuses plates with different genes; 'inner' keeps the genes all of them share. */
  genes: z.enum(['same', 'inner']).default('same'),
  /** Only cells that fit: joins the filter step. */
  query: querySchema.optional(),
  /** What computes; auto takes the fastest there is. A step may name another. */
  device: z.enum(['auto', 'cpu', 'gpu']).optional(),
  steps: z.array(stepSchema).min(1),
});

export type Recipe = z.infer<typeof recipeSchema>;
export type RecipeStep = Recipe['steps'][number];

/** The only way in for recipe text. @throws bad-recipe with the place and the reason. */
export function parseRecipe(text: string, source: string): Recipe {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw failure('bad-recipe', { source, reason: 'it is not JSON' }, cause);
  }
  const parsed = recipeSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  throw failure('bad-recipe', { source, reason: `${place}${issue?.message ?? 'unknown shape'}` });
}
