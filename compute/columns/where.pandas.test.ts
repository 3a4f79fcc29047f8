/** Expressions mean what pandas.DataFrame.query means by them: random tables and expressions, evaluated by both. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseWhere } from '../../protocol/where.ts';
import { anndataPython, runScript, scratchFolder } from '../results/testing/python.ts';
import type { ColumnValues } from './file.ts';
import { evaluateWhere } from './where.ts';

type Kind = 'float64' | 'float32' | 'int64' | 'bool' | 'categorical' | 'string';
interface TableColumn {
  readonly type: Kind;
  readonly values: readonly (number | boolean | string | null)[];
}

const names = ['A549', 'HeLa', 'a549', 'β cell', "5'UTR", '', '12'];
const kinds: Readonly<Record<string, Kind>> = {
  depth: 'float64', share: 'float32', cells: 'int64', doublet: 'bool', line: 'categorical', 'drug name': 'string',
};
const tenths = fc.integer({ min: -20, max: 20 }).map((n) => n / 10);
const valueOf: Readonly<Record<Kind, fc.Arbitrary<number | boolean | string | null>>> = {
  float64: fc.option(tenths, { freq: 5 }), float32: fc.option(tenths, { freq: 5 }), int64: fc.integer({ min: -5, max: 5 }), bool: fc.boolean(),
  categorical: fc.option(fc.constantFrom(...names), { freq: 5 }), string: fc.option(fc.constantFrom(...names), { freq: 5 }),
};
const quote = (text: string): string => (text.includes("'") ? `"${text}"` : `'${text}'`);
const literalOf: Readonly<Record<Kind, fc.Arbitrary<string>>> = {
  float64: tenths.map(String), float32: tenths.map(String), int64: fc.oneof(fc.integer({ min: -5, max: 5 }).map(String), tenths.map(String)),
  bool: fc.constantFrom('True', 'False'), categorical: fc.constantFrom(...names, 'never').map(quote), string: fc.constantFrom(...names, 'never').map(quote),
};
const orders = ['<', '<=', '>', '>='];
/** pandas refuses to order labels, and so nobody asks for it. */
const operators: Readonly<Record<Kind, readonly string[]>> = {
  float64: ['==', '!=', ...orders], float32: ['==', '!=', ...orders], int64: ['==', '!=', ...orders], bool: ['==', '!='], categorical: ['==', '!='], string: ['==', '!=', ...orders],
};

const comparison: fc.Arbitrary<string> = fc.constantFrom(...Object.keys(kinds)).chain((name) => {
  const kind = kinds[name]!;
  const shown = name.includes(' ') ? `\`${name}\`` : name;
  const compare = fc.tuple(fc.constantFrom(...operators[kind]), literalOf[kind]).map(([op, literal]) => `${shown} ${op} ${literal}`);
  const list = fc.tuple(fc.constantFrom('in', 'not in'), fc.array(literalOf[kind], { minLength: 1, maxLength: 3 })).map(([op, literals]) => `${shown} ${op} [${literals.join(', ')}]`);
  return kind === 'bool' ? fc.oneof(compare, fc.constant(shown)) : fc.oneof(compare, list);
});
/** Written with as few brackets as possible: how tightly words bind is part of the meaning. */
const expression: fc.Arbitrary<string> = fc.letrec<{ any: string; one: string }>((tie) => ({
  one: fc.oneof({ maxDepth: 3 }, comparison, tie('one').map((inner) => `not ${inner}`), tie('any').map((inner) => `(${inner})`)),
  any: fc.tuple(tie('one'), fc.array(fc.tuple(fc.constantFrom('and', 'or'), tie('one')), { maxLength: 3 })).map(([first, rest]) => [first, ...rest.map(([op, next]) => `${op} ${next}`)].join(' ')),
})).any;

function toValues({ type, values }: TableColumn): ColumnValues {
  if (type === 'categorical' || type === 'string') {
    return { kind: 'codes', codes: Int32Array.from(values, (value) => (value === null ? -1 : names.indexOf(String(value)))), categories: names };
  }
  const numbers = values.map((value) => (value === null ? NaN : Number(value)));
  return { kind: 'number', values: type === 'float32' ? Float32Array.from(numbers) : Float64Array.from(numbers) };
}

describe.skipIf(!anndataPython)('against pandas (needs Python)', () => {
  test.each([1, 2, 3, 4])('random expressions over a random table, seed %i', (seed) => {
    const rows = 60;
    const columns = Object.fromEntries(Object.entries(kinds).map(([name, type]): [string, TableColumn] =>
      [name, { type, values: fc.sample(valueOf[type], { numRuns: rows, seed: seed * 100 + name.length }) }]));
    const expressions = fc.sample(expression, { numRuns: 250, seed });
    const request = join(scratchFolder(), 'table.json');
    writeFileSync(request, JSON.stringify({ columns, expressions }));
    const expected = runScript(join(import.meta.dirname, 'testing', 'query.py'), request) as number[][];
    const held = expected.flat().filter((flag) => flag === 1).length / expected.flat().length;
    expect(held, 'neither always nor never').toBeGreaterThan(0.2);
    expect(held).toBeLessThan(0.8);
    expressions.forEach((text, i) => {
      const mask = evaluateWhere(parseWhere(text), rows, (name) => toValues(columns[name]!));
      expect([...mask], text).toEqual(expected[i]);
    });
  });
});
