import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginning, fromText, step, toText, type Change, type ViewState } from './view-state.ts';

const usual: ViewState = { basis: 'X_umap', color: 'line', gene: null, filters: {}, shown: null, lasso: null };

describe('a history of views', () => {
  test('goes back step by step and forward again; a new change forgets the way forward', () => {
    let history = beginning(usual);
    for (const color of ['a', 'b', 'c']) history = step(history, { kind: 'set', change: { color } });
    history = step(step(history, { kind: 'undo' }), { kind: 'undo' });
    expect(history.now.color).toBe('a');
    expect(step(history, { kind: 'redo' }).now.color).toBe('b');
    expect(step(step(history, { kind: 'set', change: { color: 'd' } }), { kind: 'redo' }).now.color).toBe('d');
  });

  test('one drag is one step, and what changes nothing is none', () => {
    let history = step(beginning(usual), { kind: 'set', change: { color: 'line' } });
    expect(history.past).toHaveLength(0);
    for (let end = 1; end < 20; end++) history = step(history, { kind: 'set', change: { filters: { n: [0, end] } }, merge: 'n' });
    expect(history.past).toHaveLength(1);
    expect(step(history, { kind: 'undo' }).now).toEqual(usual);
  });

  test('undo of any steps leads to the beginning', () => {
    const set = fc.record({ kind: fc.constant('set' as const), change: fc.record({ color: fc.string(), gene: fc.option(fc.string()) }) });
    fc.assert(fc.property(fc.array(set, { maxLength: 30 }), (changes: Change[]) => {
      let history = changes.reduce(step, beginning(usual));
      for (let i = 0; i < changes.length; i++) history = step(history, { kind: 'undo' });
      expect(history.now).toEqual(usual);
    }));
  });
});

describe('an address', () => {
  test('brings back the view it was made from, and is empty for the usual one', () => {
    const state: ViewState = { basis: 'X_pca', color: null, gene: 'MT-CO1', filters: { n: [1, 2.5], m: null }, shown: [3, 1], lasso: [[0, 1], [2, 3.5], [-1, 0]] };
    expect(fromText(toText(state, usual), usual)).toEqual(state);
    expect(toText(usual, usual)).toBeUndefined();
    expect(fromText(undefined, usual)).toEqual(usual);
  });

  test('that is damaged opens the map as usual', () => {
    for (const text of ['', '{', '7', 'null', '{"basis":7,"filters":[1],"shown":["x"],"color":{},"lasso":[[1,"x"]]}']) expect(fromText(text, usual)).toEqual(usual);
    fc.assert(fc.property(fc.string(), (text) => void fromText(text, usual)));
  });
});
