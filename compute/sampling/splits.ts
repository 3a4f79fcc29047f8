/** Training and test cells: by row or by label, and what of the test is known from training already. */
import { failure } from '../../protocol/errors.ts';
import { createRandom } from '../random/random.ts';
import type { Codes, RowSet } from './contract.ts';
import { rowMarks } from './marked-rows.ts';

export type SplitChoice =
  /** Each row with this chance, by a seed. */
  | { readonly kind: 'rows'; readonly share: number; readonly seed: number }
  /** All rows of some labels: whole plates, drugs or cell lines. One code per row; -1 is a missing label. */
  | { readonly kind: 'label'; readonly codes: Codes; readonly held: readonly number[] };

export interface Split {
  readonly train: RowSet;
  readonly test: RowSet;
  /** Cells without the label: they are in neither side, since nobody knows to which they belong. */
  readonly unlabelled: number;
}

/** Two bits a row, whatever the split. @throws invalid-parameter when one side would be empty, and for codes that are not one per row. */
export function splitRows(rows: number, choice: SplitChoice): Split {
  if (choice.kind === 'label' && choice.codes.length !== rows) refuse('codes', `${choice.codes.length} codes`, `there are ${rows} rows, each of which needs one`);
  const held = choice.kind === 'label' ? new Set(choice.held) : null;
  const random = createRandom(choice.kind === 'rows' ? choice.seed : 0, 21, 0);
  const marks = { train: rowMarks(rows), test: rowMarks(rows) };
  let unlabelled = 0;
  for (let row = 0; row < rows; row++) {
    if (choice.kind === 'rows') marks[random.uniform() < choice.share ? 'test' : 'train'].mark(row);
    else if (choice.codes[row]! < 0) unlabelled++;
    else marks[held!.has(choice.codes[row]!) ? 'test' : 'train'].mark(row);
  }
  const [train, test] = [marks.train.rows(), marks.test.rows()];
  for (const [name, side] of [['training', train], ['test', test]] as const) if (side.length === 0) refuse(choice.kind, name, `no cell would be left for ${name}`);
  return { train, test, unlabelled };
}

export interface Leak {
  readonly test: number;
  /** Plates of the training that have these conditions as well: as few as tell them all, the one with most of them first. */
  readonly train: readonly number[];
  /** Conditions of the test plate that these training plates have together, 0 to 1. */
  readonly share: number;
}

/**
 * Plates that are held out though their conditions (drug and dose, by code) are nearly all known from the plates of the training, from one or
 * from several together: as in the atlas, where plate 14 repeats plate 6. What is then tested is memory, not generalisation.
 *
 * Compared are plates of which no cell is in the training, with all plates of which some are. So a split by plates is looked at plate
 * by plate; one by rows, drugs or lines holds no plate out, and nothing is reported: there conditions are on both sides, or on
 * one, because that is what was asked for. Cells whose plate or condition is -1 are left out. `least`: share that is a leak.
 * @throws invalid-parameter for fewer codes than rows.
 */
export function findLeaks({ train, test }: Split, plates: Codes, conditions: Codes, least = 0.8): Leak[] {
  const rows = Math.max(...[train, test].map((side) => (side.length > 0 ? side.at(side.length - 1) + 1 : 0)));
  for (const [name, codes] of [['plates', plates], ['conditions', conditions]] as const) {
    if (codes.length < rows) refuse(name, `${codes.length} codes`, `the split has ${rows} rows, each of which needs one`);
  }
  const known = byPlate(train, plates, conditions);
  const leaks: Leak[] = [];
  for (const [plate, wanted] of byPlate(test, plates, conditions)) {
    if (known.has(plate) || wanted.size === 0) continue;
    const { holders, shared } = holdersOf(wanted, known);
    if (shared / wanted.size >= least) leaks.push({ test: plate, train: holders, share: shared / wanted.size });
  }
  return leaks.sort((a, b) => a.test - b.test);
}

/** Plate after plate, the one that adds most first. */
function holdersOf(wanted: ReadonlySet<number>, known: ReadonlyMap<number, ReadonlySet<number>>): { holders: number[]; shared: number } {
  const holders: number[] = [];
  const left = new Set(wanted);
  for (;;) {
    let best: { plate: number; adds: number[] } | null = null;
    for (const [plate, there] of known) {
      const adds = [...left].filter((code) => there.has(code));
      if (adds.length > (best?.adds.length ?? 0)) best = { plate, adds };
    }
    if (best === null) return { holders, shared: wanted.size - left.size };
    holders.push(best.plate);
    best.adds.forEach((code) => left.delete(code));
  }
}

/** Conditions of every plate that has cells among these rows. */
function byPlate(rows: RowSet, plates: Codes, conditions: Codes): Map<number, Set<number>> {
  const out = new Map<number, Set<number>>();
  for (let position = 0; position < rows.length; position++) {
    const row = rows.at(position);
    const plate = plates[row]!;
    if (plate < 0) continue;
    const set = out.get(plate) ?? new Set<number>();
    if (conditions[row]! >= 0) set.add(conditions[row]!);
    out.set(plate, set);
  }
  return out;
}

function refuse(parameter: string, value: string, reason: string): never {
  throw failure('invalid-parameter', { step: 'split', parameter, value, reason });
}
