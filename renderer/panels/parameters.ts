/** The parameters of a step as fields of a form, read from the step's own definition: one source for form, help and check. */
import { z } from 'zod';
import { howSchema } from '../../steps/params.ts';
import { definitionOf, type StepId } from '../../steps/table.ts';

export interface Field {
  readonly name: string;
  readonly help: string;
  readonly unit: string | null;
  readonly advanced: boolean;
  /** What an empty field stands for; null when it may not be empty. */
  readonly whenNull: string | null;
  readonly fallback: unknown;
  readonly kind: 'choice' | 'whole' | 'number' | 'text' | 'flag' | 'numbers' | 'texts';
  readonly choices: readonly string[];
  readonly min: number | null;
  readonly max: number | null;
}

interface Shape {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly help?: string;
  readonly unit?: string;
  readonly advanced?: boolean;
  readonly whenNull?: string;
}

/** `how`: also how the step runs (chunk, workers, device), which changes no number. */
export function fieldsOf(step: StepId, how = false): Field[] {
  const { what } = definitionOf(step);
  const schema = z.toJSONSchema(how ? what.extend(howSchema.shape) : what, { io: 'input' });
  return Object.entries((schema.properties ?? {}) as Record<string, Shape>).map(([name, shape]) => {
    const inner = shape.anyOf?.find((one) => one.type !== 'null') ?? shape;
    const nullable = shape.anyOf?.some((one) => one.type === 'null') === true || (Array.isArray(shape.type) && shape.type.includes('null'));
    const wide = 1e15;
    return {
      name, help: shape.help ?? '', unit: shape.unit ?? null, advanced: shape.advanced ?? false, whenNull: nullable ? (shape.whenNull ?? 'none') : null,
      fallback: shape.default, kind: kindOf(inner), choices: inner.enum ?? [],
      min: inner.minimum !== undefined && inner.minimum > -wide ? inner.minimum : null, max: inner.maximum !== undefined && inner.maximum < wide ? inner.maximum : null,
    };
  });
}

function kindOf({ type, enum: choices, items }: Shape): Field['kind'] {
  if (choices) return 'choice';
  const name = Array.isArray(type) ? type.find((one) => one !== 'null') : type;
  if (name === 'integer') return 'whole';
  if (name === 'number') return 'number';
  if (name === 'boolean') return 'flag';
  if (name !== 'array') return 'text';
  return items?.type === 'string' ? 'texts' : 'numbers';
}

/** The reason why a value will not do, in the words of the step's own check; null when it will. */
export function refusalOf(step: StepId, name: string, value: unknown): string | null {
  const found = definitionOf(step).what.extend(howSchema.shape).safeParse({ [name]: value });
  return found.success ? null : (found.error.issues.find((issue) => issue.path[0] === name)?.message ?? null);
}
