/** `truckee recipe NAME`: prints a ready recipe. */
import { failure } from '../../../../protocol/errors.ts';
import { nearNames } from '../../../../protocol/format.ts';
import { readyRecipe, recipeNames, type RecipeName } from '../../../../steps/recipes.ts';
import type { Command } from '../command.ts';

export const recipe: Command = {
  name: 'recipe',
  summary: 'Print a ready recipe as JSON; without a name, list them.',
  usage: '[NAME] > recipe.json',
  options: {},
  async run({ positionals, say, json }) {
    const [name] = positionals;
    if (name === undefined) {
      for (const known of recipeNames) {
        say.line(`${known}: ${readyRecipe(known).title}`);
        say.json({ name: known, title: readyRecipe(known).title });
      }
      say.json({ ok: true, recipes: recipeNames.length });
      return 0;
    }
    const text = readyRecipe(knownRecipe(name));
    say.raw(json ? JSON.stringify(text) : JSON.stringify(text, null, 2));
    return 0;
  },
};

export function knownRecipe(name: string): RecipeName {
  const known = recipeNames.find((candidate) => candidate === name);
  if (!known) throw failure('not-found', { what: 'recipe', name, near: nearNames(name, recipeNames) });
  return known;
}
