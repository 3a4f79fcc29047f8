/** Training and test cells: by row or by label, and what of the test is known from training already. */
import { failure } from '../../protocol/errors.ts';
import { createRandom } from '../random/random.ts';
import type { Codes, RowSet } from './contract.ts';
import { listedRows } from './row-sets.ts';

export type SplitChoice =
  /** Each row with this chance, by a seed. */
  | { readonly kind: 'rows'; readonly share: number; readonly seed: number }
  /** All rows of some labels: whole plates, drugs or cell lines. */
  | { readonly kind: 'label'; readonly codes: Codes; readonly held: readonly number[] };

export interface Split {
  readonly train: RowSet;
  readonly test: RowSet;
}

/** @throws invalid-parameter when one side would be empty. */
export function splitRows(rows: number, choice: SplitChoice): Split {
  const held = choice.kind === 'label' ? new Set(choice.held) : null;
  const random = createRandom(choice.kind === 'rows' ? choice.seed : 0, 21, 0);
  const train: number[] = [];
  const test: number[] = [];
  for (let row = 0; row < rows; row++) {
    const isTest = choice.kind === 'rows' ? random.uniform() < choice.share : held!.has(choice.codes[row]!);
    (isTest ? test : train).push(row);
  }
  for (const [name, side] of [['training', train], ['test', test]] as const) {
    if (side.length === 0) throw failure('invalid-parameter', { step: 'split', parameter: choice.kind, value: name, reason: `no cell would be left for ${name}` });
  }
  return { train: listedRows(train, rows), test: listedRows(test, rows) };
}

export interface Leak {
  readonly test: number;
  readonly train: number;
  /** Conditions of the test plate that the training plate has as well, 0 to 1. */
  readonly share: number;
}

/**
 * Plates of the test whose conditions (drug and dose, by code; -1 is left out) are nearly all found in one plate of the training:
 * as in the atlas, where plate 14 repeats plate 6. What is then tested is memory, not generalisation.
 */
export function findLeaks({ train, test }: Split, plates: Codes, conditions: Codes, least = 0.8): Leak[] {
  const known = byPlate(train, plates, conditions);
  const asked = byPlate(test, plates, conditions);
  const leaks: Leak[] = [];
  for (const [plate, wanted] of asked) {
    for (const [other, there] of known) {
      const shared = [...wanted].filter((code) => there.has(code)).length / Math.max(1, wanted.size);
      if (wanted.size > 0 && shared >= least) leaks.push({ test: plate, train: other, share: shared });
    }
  }
  return leaks.sort((a, b) => a.test - b.test || b.share - a.share);
}

function byPlate(rows: RowSet, plates: Codes, conditions: Codes): Map<number, Set<number>> {
  const out = new Map<number, Set<number>>();
  for (let position = 0; position < rows.length; position++) {
    const row = rows.at(position);
    const set = out.get(plates[row]!) ?? new Set<number>();
    if (conditions[row]! >= 0) set.add(conditions[row]!);
    out.set(plates[row]!, set);
  }
  return out;
}
