/** Options shared by preflight, run and start: the recipe, changed parameters, and what the run may use. */
import { existsSync, readFileSync } from 'node:fs';
import { failure } from '../../../../protocol/errors.ts';
import { nearNames } from '../../../../protocol/format.ts';
import { parseRecipe, type Recipe } from '../../../../protocol/recipe.ts';
import { readyRecipe, recipeNames } from '../../../../steps/recipes.ts';
import { isStepId, stepIds } from '../../../../steps/table.ts';
import type { Limits } from '../../../preflight/hardware.ts';
import type { OptionSpec, OptionValues } from '../command.ts';
import { knownRecipe } from './recipe.ts';

export const runOptions: Readonly<Record<string, OptionSpec>> = {
  set: { value: 'STEP.PARAM=VALUE', multiple: true, help: 'Change one parameter; may be given several times.' },
  memory: { value: 'SIZE', help: 'Memory that all processes together may use, e.g. 1GiB (default: half of the machine).' },
  workers: { value: 'N', help: 'Worker threads (default: the number of cores).' },
  override: { help: 'Run although preflight refuses, unless it cannot work at all; stays in the record of the run.' },
  seed: { value: 'N', help: 'Seed of everything random (default: 0).' },
};

export function limitsOf(options: OptionValues): Limits {
  return { memoryBytes: options.bytes('memory') ?? null, workers: options.whole('workers', 1) ?? null, override: options.has('override') };
}

/** A file, '-' for standard input, or the name of a ready recipe; with --set and --seed applied. */
export function loadRecipe(source: string, options: OptionValues): Recipe {
  const recipe = readRecipe(source);
  const seed = options.whole('seed');
  return options.all('set').reduce(applySetting, seed === undefined ? recipe : { ...recipe, seed });
}

function readRecipe(source: string): Recipe {
  if (source === '-') return parseRecipe(readFileSync(0, 'utf8'), 'from standard input');
  if (existsSync(source)) return parseRecipe(readFileSync(source, 'utf8'), source);
  if (/^[a-z0-9-]+$/.test(source)) return readyRecipe(knownRecipe(source));
  throw failure('not-found', { what: 'recipe file', name: source, near: nearNames(source, recipeNames) });
}

/** step.param=value; the value is JSON where it can be, text otherwise. What the user sets is never dropped silently. */
function applySetting(recipe: Recipe, setting: string): Recipe {
  const match = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(setting);
  if (!match) throw failure('bad-usage', { command: 'run', reason: `--set needs STEP.PARAM=VALUE, not '${setting}'` });
  const [step, parameter, text] = [match[1]!, match[2]!, match[3]!];
  if (!isStepId(step)) throw failure('unknown-step', { step, near: nearNames(step, stepIds) });
  if (!recipe.steps.some((entry) => entry.step === step)) {
    throw failure('bad-recipe', { source: recipe.name, reason: `it has no step '${step}' to set ${parameter} of` });
  }
  const value = parseValue(text);
  return {
    ...recipe,
    steps: recipe.steps.map((entry) =>
      entry.step === step
        ? { ...entry, params: { ...entry.params, [parameter]: value }, lenient: entry.lenient.filter((name) => name !== parameter) }
        : entry,
    ),
  };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
