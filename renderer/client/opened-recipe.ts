/** A recipe that came from a file: kept for this page's life, reloads included. */
import { parseRecipe, type Recipe } from '../../protocol/recipe.ts';

const place = 'truckee-recipe';

/** Under which name the guide finds it. */
export const openedRecipeName = 'from-file';

/** @throws bad-recipe with the place and the reason. */
export function keepRecipe(text: string, file: string): Recipe {
  const recipe = parseRecipe(text, file);
  sessionStorage.setItem(place, text);
  return recipe;
}

export function keptRecipe(): Recipe | null {
  const text = sessionStorage.getItem(place);
  return text === null ? null : parseRecipe(text, 'the opened recipe');
}

/** Hands a recipe over as a file that anyone can open here or run from the command line. */
export function saveRecipe(recipe: Recipe): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(recipe, null, 2)}\n`], { type: 'application/json' }));
  link.download = `${recipe.name.replaceAll(/[^\w.-]+/g, '-')}.recipe.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}
