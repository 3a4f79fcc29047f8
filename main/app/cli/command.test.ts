/** How options are read: every misuse is bad-usage with the nearest right word. */
import { describe, expect, test } from 'vitest';
import { helpOf, onePositional, readOptions, type Command } from './command.ts';

const command: Command = {
  name: 'brew', summary: 'Make tea.', usage: 'POT [--cups N]',
  options: {
    cups: { value: 'N', help: 'How many.' }, water: { value: 'SIZE', help: 'How much.' }, leaf: { value: 'NAME', multiple: true, help: 'What.' }, strong: { help: 'More of it.' },
  },
  run: async () => 0,
};
const read = (...args: string[]) => readOptions(command, args);
const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof Error && 'kind' in thrown && thrown.kind === 'bad-usage') return thrown.message;
    throw thrown;
  }
  throw new Error('nothing was refused');
};

describe('readOptions', () => {
  test('values, switches, lists and positionals', () => {
    const { options, positionals } = read('pot', '--cups', '3', '--strong', '--leaf', 'oolong', '--leaf=sencha', '--water', '1.5GiB');
    expect(positionals).toEqual(['pot']);
    expect(options.whole('cups')).toBe(3);
    expect(options.has('strong')).toBe(true);
    expect(options.has('json')).toBe(false);
    expect(options.all('leaf')).toEqual(['oolong', 'sencha']);
    expect(options.bytes('water')).toBe(1.5 * 2 ** 30);
    expect(options.text('workspace')).toBeUndefined();
    expect(options.all('nothing')).toEqual([]);
  });

  test.each([
    [['--cupz', '3'], /--cups/],
    [['--workspce', 'x'], /--workspace/],
    [['--zzzzzz'], /zzzzzz/],
    [['--cups'], /cups/],
    [['--strong=very'], /strong/],
  ])('%j is refused', (args, words) => expect(refusal(() => read(...args))).toMatch(words));

  test.each(['-1', '1.5', 'three', '1e400', ''])('--cups %j is no whole number', (value) => {
    expect(refusal(() => read(`--cups=${value}`).options.whole('cups', 1))).toContain('at least 1');
  });

  test.each(['lots', '-5', '0', '3 spoons'])('--water %j is no size', (value) => {
    expect(refusal(() => read(`--water=${value}`).options.bytes('water'))).toContain('1GiB');
  });
});

test('one positional, no more and no fewer', () => {
  expect(onePositional({ positionals: ['pot'] }, 'brew', 'POT')).toBe('pot');
  for (const positionals of [[], ['a', 'b']]) expect(refusal(() => onePositional({ positionals }, 'brew', 'POT'))).toContain('one POT');
});

test('help names every option', () => {
  const text = helpOf(command);
  for (const name of ['cups N', 'water SIZE', 'leaf NAME', 'strong', 'workspace DIR', 'json', 'help']) expect(text).toContain(`--${name}`);
});
