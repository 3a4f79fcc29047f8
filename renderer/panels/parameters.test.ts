import { describe, expect, test } from 'vitest';
import { stepIds } from '../../steps/table.ts';
import { fieldsOf, refusalOf } from './parameters.ts';

const field = (step: Parameters<typeof fieldsOf>[0], name: string) => fieldsOf(step).find((one) => one.name === name)!;

describe('fields of a form', () => {
  test('come from the definition of every step, each with its help', () => {
    for (const step of stepIds) for (const one of fieldsOf(step)) expect(one.help, `${step}.${one.name}`).not.toBe('');
  });

  test('know choices, limits, units, what an empty field means, and lists of numbers from lists of names', () => {
    expect(field('hvg', 'flavor')).toMatchObject({ kind: 'choice', choices: ['seurat', 'seurat_v3', 'seurat_v3_paper'], whenNull: null });
    expect(field('hvg', 'n_top_genes')).toMatchObject({ kind: 'whole', unit: 'genes', min: 1, max: null, fallback: 2000 });
    expect(field('filter', 'where')).toMatchObject({ kind: 'text', whenNull: 'all cells' });
    expect(field('qc', 'percent_top').kind).toBe('numbers');
    expect(field('integrate', 'confirm_confounded').kind).toBe('texts');
  });

  test('are checked by the step itself', () => {
    expect(refusalOf('leiden', 'resolution', 0.8)).toBeNull();
    expect(refusalOf('leiden', 'resolution', -1)).not.toBeNull();
  });
});
