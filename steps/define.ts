/**
 * The shape of a step: what it is called, why one would want it, which parameters it has, what it reads and writes, what
 * it will cost and how the same is said in Python. Pure: no files, no processes. The doing is in compute/steps.
 */
import type { z } from 'zod';
import type { Hardware, PlanFacts, StepPlan } from '../protocol/plan.ts';
import type { How } from './params.ts';

/** A named place for data inside a run, in AnnData's words where AnnData has one. */
export type Slot = string;

export interface NotebookCell {
  readonly kind: 'code' | 'markdown';
  readonly text: string;
}

/** Names the notebook uses for things, so that steps can refer to them. */
export interface PythonNames {
  /** The AnnData variable. */
  readonly adata: string;
  /** Number of plates in the run: some steps loop over them. */
  readonly plates: number;
  readonly seed: number;
  /** What steps are called from: scanpy, or rapids-singlecell, which takes fewer options. */
  readonly library: 'sc' | 'rsc';
}

export interface Planned<What> {
  /** Parameters with every "choose for me" replaced by a value; this is what is fingerprinted. */
  readonly params: What;
  readonly plan: StepPlan;
  /** Facts for the steps after this one. */
  readonly facts: PlanFacts;
}

export interface StepDefinition<Id extends string, Shape extends z.ZodObject> {
  readonly id: Id;
  /** Raised whenever the same parameters would give other numbers. */
  readonly version: number;
  readonly title: string;
  /** One sentence for a scientist: what it is good for. */
  readonly why: string;
  readonly what: Shape;
  /** Slots it cannot do without. */
  reads(params: z.infer<Shape>): readonly Slot[];
  /** Slots it takes into account when an earlier step wrote them. */
  readonly uses: readonly Slot[];
  /** True when the seed changes its numbers. */
  readonly seeded: boolean;
  writes(params: z.infer<Shape>): readonly Slot[];
  plan(facts: PlanFacts, params: z.infer<Shape>, how: How, hardware: Hardware): Planned<z.infer<Shape>>;
  python(params: z.infer<Shape>, names: PythonNames): readonly NotebookCell[];
}

export function defineStep<Id extends string, Shape extends z.ZodObject>(
  definition: StepDefinition<Id, Shape>,
): StepDefinition<Id, Shape> {
  return definition;
}

export const code = (...lines: string[]): NotebookCell => ({ kind: 'code', text: lines.join('\n') });
export const markdown = (...lines: string[]): NotebookCell => ({ kind: 'markdown', text: lines.join('\n') });

/** A value as a Python literal; text is escaped so that nothing from a file can leave its quotes. */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `float('${value > 0 ? 'inf' : value < 0 ? '-inf' : 'nan'}')`;
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value).map(([k, v]) => `${pythonLiteral(k)}: ${pythonLiteral(v)}`).join(', ')}}`;
  }
  return pythonString(String(value));
}

function pythonString(text: string): string {
  let out = "'";
  for (const character of text) {
    const point = character.codePointAt(0)!;
    if (character === "'" || character === '\\') out += `\\${character}`;
    else if (character === '\n') out += '\\n';
    else if (point < 0x20 || (point >= 0x7f && point < 0xa0) || point === 0x2028 || point === 0x2029) {
      out += point <= 0xff ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u${point.toString(16).padStart(4, '0')}`;
    } else out += character;
  }
  return `${out}'`;
}
