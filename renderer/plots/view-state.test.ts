import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choosesAll } from '../../protocol/cell-choice.ts';
import { beginning, choiceOf, fromText, step, toText, type Change, type ViewState } from './view-state.ts';

const usual: ViewState = { basis: 'X_umap', color: 'line', gene: null, filters: {}, groups: {}, shown: null, lasso: null, draw: 'auto' };

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
    const state: ViewState = { basis: 'X_pca', color: null, gene: 'MT-CO1', filters: { n: [1, 2.5], m: null }, groups: { line: ['A', 'B'], plate: null }, shown: ['x', 'y'], lasso: [[0, 1], [2, 3.5], [-1, 0]], draw: 'density' };
    expect(fromText(toText(state, usual), usual)).toEqual(state);
    expect(toText(usual, usual)).toBeUndefined();
    expect(fromText(undefined, usual)).toEqual(usual);
  });

  test('that is damaged opens the map as usual', () => {
    for (const text of ['', '{', '7', 'null', '{"basis":7,"filters":[1],"shown":[3],"groups":{"a":[1]},"draw":"x","color":{},"lasso":[[1,"x"]]}']) expect(fromText(text, usual)).toEqual(usual);
    fc.assert(fc.property(fc.string(), (text) => void fromText(text, usual)));
  });
});

describe('the cells that a view means', () => {
  test('ranges, ticked labels, shown labels of the colour and the lasso; what is only looked at cuts nothing', () => {
    const state: ViewState = { ...usual, basis: 'X_umap', color: 'line', filters: { n: [1, 2], m: null }, groups: { plate: ['p1'], line: ['A', 'B'] }, shown: ['B', 'C'], lasso: [[0, 0], [1, 0], [0, 1]] };
    expect(choiceOf(state)).toEqual({ ranges: { n: [1, 2] }, labels: { plate: ['p1'], line: ['B'] }, lasso: { basis: 'X_umap', axes: [0, 1], corners: [[0, 0], [1, 0], [0, 1]] } });
    expect(choiceOf({ ...state, gene: 'TP53' }).labels).toEqual({ plate: ['p1'], line: ['A', 'B'] });
    expect(choosesAll(choiceOf({ ...usual, filters: { n: null }, groups: { plate: null } }))).toBe(true);
  });
});
