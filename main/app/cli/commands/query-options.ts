/** The options of a question about cells, the same wherever one is asked. */
import { failure } from '../../../../protocol/errors.ts';
import { parseQuery, type Query } from '../../../../protocol/query.ts';
import type { OptionSpec, OptionValues } from '../command.ts';

export const queryOptions: Readonly<Record<string, OptionSpec>> = {
  drug: { value: 'NAME', multiple: true, help: 'Drug; several times for alternatives. DMSO_TF is the control.' },
  target: { value: 'GENE', multiple: true, help: 'Gene that the drug acts on.' },
  mechanism: { value: 'NAME', multiple: true, help: 'Mechanism of action, e.g. "RAF inhibitor".' },
  dose: { value: 'UM', multiple: true, help: 'Dose in uM.' },
  line: { value: 'NAME', multiple: true, help: 'Cell line by name, Cellosaurus or DepMap id.' },
  tissue: { value: 'ORGAN', multiple: true, help: 'Organ of the line.' },
  plate: { value: 'NAME', multiple: true, help: 'Plate.' },
  sample: { value: 'NAME', multiple: true, help: 'Sample (well).' },
  phase: { value: 'PHASE', multiple: true, help: 'Cell-cycle phase: G1, S, G2M.' },
  level: { value: 'LEVEL', multiple: true, help: 'Filter level: full or minimal.' },
  where: { value: 'EXPR', help: 'Expression over obs columns, e.g. "pcnt_mito < 0.1".' },
};

/** @throws bad-usage, bad-expression */
export function readQuery(options: OptionValues, command: string): Query {
  const list = (name: string): string[] | undefined => {
    const values = options.all(name);
    if (values.some((value) => value.trim() === '')) throw failure('bad-usage', { command, reason: `--${name} is empty` });
    return values.length > 0 ? [...values] : undefined;
  };
  const filled = (name: string): string | undefined => {
    const value = options.text(name);
    if (value?.trim() === '') throw failure('bad-usage', { command, reason: `--${name} is empty` });
    return value;
  };
  const doses = list('dose')?.map((text) => {
    const number = text.replace(/\s*(uM|µM|μM)$/i, '').trim();
    if (!/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(number) || !Number.isFinite(Number(number))) throw failure('bad-usage', { command, reason: `--dose needs a number in uM, not '${text}'` });
    return Number(number);
  });
  const given = {
    drug: list('drug'), target: list('target'), mechanism: list('mechanism'), dose: doses, line: list('line'), tissue: list('tissue'), plate: list('plate'),
    sample: list('sample'), phase: list('phase'), level: list('level'), where: filled('where'),
  };
  return parseQuery(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), command);
}
