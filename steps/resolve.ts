/** From a recipe's words to steps that can run: parameters checked, choices made, inputs present, costs known. */
import type { z } from 'zod';
import { failure } from '../protocol/errors.ts';
import { nearNames } from '../protocol/format.ts';
import type { InputFacts } from '../protocol/matrix.ts';
import type { Hardware, PlanFacts, StepPlan } from '../protocol/plan.ts';
import type { Recipe, RecipeStep } from '../protocol/recipe.ts';
import { columnsOf, parseWhere } from '../protocol/where.ts';
import { levelColumn } from './filter.rules.ts';
import { howSchema, type Device, type How } from './params.ts';
import { qcObsColumns } from './qc.ts';
import { definitionOf, isStepId, stepIds, type StepId } from './table.ts';

export interface ResolvedStep {
  readonly id: StepId;
  readonly title: string;
  readonly version: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly how: How;
  readonly plan: StepPlan;
  readonly writes: readonly string[];
  /** Positions of the earlier steps whose results it depends on. */
  readonly dependsOn: readonly number[];
  /** Slots that were there when it was planned and that change what it writes, not its numbers. */
  readonly has: readonly string[];
  readonly seeded: boolean;
}

export interface ResolvedRecipe {
  readonly steps: readonly ResolvedStep[];
  readonly notes: readonly string[];
}

/** @throws bad-recipe, unknown-step, unknown-parameter, invalid-parameter, unknown-column, bad-expression, missing-input. */
export function resolveRecipe(recipe: Recipe, input: InputFacts, hardware: Hardware): ResolvedRecipe {
  let facts: PlanFacts = { ...input, selectedGenes: input.nVars, components: 0, graphCells: input.nObs, neighbors: 15 };
  const resolved: ResolvedStep[] = [];
  const notes: string[] = [];
  /** Slot -> position of the step that wrote it last; the counts come from the files. */
  const written = new Map<string, number>([['X:counts', -1]]);
  for (const entry of recipe.steps) {
    const id = entry.step;
    if (!isStepId(id)) throw failure('unknown-step', { step: id, near: nearNames(id, stepIds) });
    refuseMisplaced(recipe.name, id, resolved, written);
    const { what, how: { device, ...how } } = readParams(id, entry);
    refuseGpu(id, device ?? recipe.device ?? 'auto');
    const lenient = dropAbsentColumns(id, what, entry, input, notes);
    const definition = definitionOf(id);
    const { params, plan, facts: after } = definition.plan(facts, lenient, how, hardware);
    const computed = checkColumns(id, params, input, written);
    for (const slot of definition.reads(params)) {
      if (!written.has(slot) && storedWidth(slot, input) === null) throw failure('missing-input', { step: id, slot, remedyStep: writerOf(slot) });
    }
    const slots = [...definition.reads(params), ...definition.uses, ...computed];
    const dependsOn = [...new Set(slots.flatMap((slot) => written.get(slot) ?? []))].filter((at) => at >= 0).sort((a, b) => a - b);
    const writes = definition.writes(params);
    resolved.push({
      id, title: definition.title, version: definition.version, params, how, plan, writes, dependsOn, seeded: definition.seeded,
      has: written.has('obs/total_counts') ? ['obs/total_counts'] : [],
    });
    for (const slot of writes) written.set(slot, resolved.length - 1);
    notes.push(...plan.notes.map((note) => `${id}: ${note}`));
    facts = after;
  }
  return { steps: resolved, notes };
}

/**
 * A step's result is found by its name, so each comes once. Steps that choose cells must come before those whose arrays
 * have one row per chosen cell: later ones would take row numbers of one choice for those of the other.
 */
function refuseMisplaced(recipe: string, id: StepId, earlier: readonly ResolvedStep[], written: ReadonlyMap<string, number>): void {
  if (earlier.some((step) => step.id === id)) throw failure('bad-recipe', { source: recipe, reason: `the step ${id} comes twice` });
  const tooLate = { filter: ['obsm/', 'obsp/', 'rows:'], subset: ['obsp/'] };
  if (id !== 'filter' && id !== 'subset') return;
  for (const [slot, at] of written) {
    if (!tooLate[id].some((prefix) => slot.startsWith(prefix))) continue;
    throw failure('bad-recipe', { source: recipe, reason: `${id} must come before ${earlier[at]!.id}, whose rows are the chosen cells` });
  }
}

/** Every kernel of this version runs on the CPU: a wish for the GPU is answered, never silently passed over. */
function refuseGpu(id: StepId, device: Device): void {
  if (device !== 'gpu') return;
  throw failure('invalid-parameter', { step: id, parameter: 'device', value: device, reason: 'this version computes on the CPU only: choose auto or cpu' });
}

type Values = Record<string, unknown>;

function readParams(id: StepId, entry: RecipeStep): { what: Values; how: How & { device: Device | null } } {
  const definition = definitionOf(id);
  const names = [...Object.keys(definition.what.shape), ...Object.keys(howSchema.shape)];
  const whatValues: Values = {};
  const howValues: Values = {};
  for (const [name, value] of Object.entries(entry.params)) {
    if (Object.hasOwn(definition.what.shape, name)) whatValues[name] = value;
    else if (Object.hasOwn(howSchema.shape, name)) howValues[name] = value;
    else throw failure('unknown-parameter', { step: id, parameter: name, near: nearNames(name, names) });
  }
  return { what: parseValues(id, definition.what, whatValues), how: howSchema.parse(parseValues(id, howSchema, howValues)) };
}

function parseValues(step: StepId, schema: z.ZodObject, values: Values): Values {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const parameter = String(issue.path[0] ?? '?');
  throw failure('invalid-parameter', { step, parameter, value: JSON.stringify(values[parameter]) ?? 'empty', reason: issue.message });
}

/** Ready recipes name columns that not every data set has: those limits fall away, said in a note. */
function dropAbsentColumns(id: StepId, what: Values, entry: RecipeStep, input: InputFacts, notes: string[]): Values {
  if (id !== 'filter' || !entry.lenient.includes('level') || what['level'] === null) return what;
  if (input.plates.every((plate) => plate.obsColumns.includes(levelColumn))) return what;
  notes.push(`filter: there is no obs column '${levelColumn}', so all filter levels are kept`);
  return { ...what, level: null };
}

/** Columns an expression reads must exist; returns the slots of those that an earlier step computes. */
function checkColumns(id: StepId, params: Values, input: InputFacts, written: ReadonlyMap<string, number>): string[] {
  const wanted: string[] = [];
  if (id === 'integrate') wanted.push(...['batch_key', 'label_key'].flatMap((key) => (typeof params[key] === 'string' ? [params[key]] : [])));
  else if (id === 'de') wanted.push(...deColumns(params));
  else if (id !== 'filter') return [];
  if (typeof params['where'] === 'string') wanted.push(...columnsOf(parseWhere(params['where'])));
  if (id === 'filter' && params['level'] !== null) wanted.push(levelColumn);
  const computed = [...written.keys()].filter((slot) => slot.startsWith('obs/')).map((slot) => slot.slice(4));
  for (const column of wanted) {
    if (computed.includes(column)) continue;
    for (const plate of input.plates) {
      if (plate.obsColumns.includes(column)) continue;
      const candidates = new Set([...plate.obsColumns, ...computed, ...qcObsColumns([])]);
      throw failure('unknown-column', { column, near: nearNames(column, candidates), where: plate.name });
    }
  }
  return wanted.filter((column) => computed.includes(column)).map((column) => `obs/${column}`);
}

/** Columns that a comparison names; those of its expressions may be computed. */
function deColumns(params: Values): string[] {
  const choices = [params['target_where'], params['reference_where']].filter((text) => typeof text === 'string');
  const named = [...((params['strata'] as readonly string[] | null) ?? []), ...(params['method'] === 'pseudobulk' ? [String(params['sample_key'])] : [])];
  return [...named, ...(choices.length > 0 ? choices.flatMap((text) => columnsOf(parseWhere(text))) : [String(params['groupby'])])];
}

/** Columns of an embedding that every file brings along, as many in each; null where one lacks it. */
function storedWidth(slot: string, { plates }: InputFacts): number | null {
  const widths = new Set(plates.map((plate) => (slot.startsWith('obsm/') ? plate.obsm?.[slot.slice(5)] : undefined)));
  const [width] = widths;
  return widths.size === 1 && width !== undefined ? width : null;
}

function writerOf(slot: string): string {
  const special: Readonly<Record<string, StepId>> = { 'obsm/X_ot': 'integrate', 'uns/integrate': 'integrate', 'X:normalized': 'normalize', 'X:lognorm': 'log1p' };
  if (special[slot]) return special[slot];
  if (slot.startsWith('obs/')) return 'qc';
  if (slot.startsWith('obsp/')) return 'neighbors';
  return slot.startsWith('obsm/') ? 'pca' : 'an earlier step';
}
