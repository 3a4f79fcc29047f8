/** Every step of a recipe, in the order in which they are usually run. The one list that everything else is mapped over. */
import type { z } from 'zod';
import type { StepDefinition } from './define.ts';
import { de } from './de.ts';
import { filter } from './filter.ts';
import { hvg } from './hvg.ts';
import { integrate } from './integrate.ts';
import { leiden } from './leiden.ts';
import { log1p } from './log1p.ts';
import { neighbors } from './neighbors.ts';
import { normalize } from './normalize.ts';
import { pca } from './pca.ts';
import { qc } from './qc.ts';
import { subset } from './subset.ts';
import { umap } from './umap.ts';

export const steps = { qc, filter, normalize, log1p, hvg, pca, integrate, subset, neighbors, umap, leiden, de } as const;

export type StepId = keyof typeof steps;
/** Resolved parameters of a step. */
export type StepParams<Id extends StepId> = Parameters<(typeof steps)[Id]['writes']>[0];

export const stepIds = Object.keys(steps) as StepId[];

/** A step with its parameters seen as plain values: whoever calls it has had them parsed by the step's own schema. */
export type AnyStep = StepDefinition<StepId, z.ZodObject>;

export function definitionOf(id: StepId): AnyStep {
  return steps[id] as AnyStep;
}

export function isStepId(id: string): id is StepId {
  return Object.hasOwn(steps, id);
}
