/** Help for every step's parameters, printed from the same definitions that validate them. */
import { z } from 'zod';
import { howSchema, type ParamMeta } from '../../../../steps/params.ts';
import { stepIds, steps } from '../../../../steps/table.ts';

export function stepsHelp(): string {
  const lines = ['Steps and their parameters (change one with --set STEP.PARAM=VALUE):'];
  for (const id of stepIds) {
    lines.push('', `  ${id}: ${steps[id].why}`, ...parametersOf(steps[id].what));
  }
  lines.push('', '  of every step (how it runs, never what it yields):', ...parametersOf(howSchema));
  return lines.join('\n');
}

function parametersOf(schema: z.ZodObject): string[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const meta = metaOf(field as z.ZodType);
    const unit = meta.unit ? ` [${meta.unit}]` : '';
    const standard = defaultOf(field as z.ZodType);
    const words = standard === null && meta.whenNull ? meta.whenNull : JSON.stringify(standard);
    return `    ${name.padEnd(26)} ${meta.help}${unit} Default: ${words}.`;
  });
}

export function metaOf(field: z.ZodType): ParamMeta {
  const meta = z.globalRegistry.get(field);
  return { help: '', ...meta } as ParamMeta;
}

export function defaultOf(field: z.ZodType): unknown {
  const parsed = field.safeParse(undefined);
  return parsed.success ? (parsed.data ?? null) : null;
}
