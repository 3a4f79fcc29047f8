/** Which kept cells a choice means: one flag per cell of a slice, from columns and a lasso on an embedding. */
import type { CellChoice } from '../../protocol/cell-choice.ts';
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import type { CellSlice } from '../export/axis.ts';
import { openStored } from '../results/array.ts';
import { openColumns, type ColumnsRequest } from './columns.ts';
import { insidePolygon } from './polygon.ts';

/** Flags of the kept cells of a slice, 1 = chosen. */
export type ChoiceOfSlice = (slice: CellSlice) => Uint8Array;

/** Null when every cell is meant. @throws unknown-column, not-found, invalid-parameter. */
export async function openChoice(request: ColumnsRequest, choice: CellChoice): Promise<ChoiceOfSlice | null> {
  const rules: ChoiceOfSlice[] = [];
  const names = [...new Set([...Object.keys(choice.ranges), ...Object.keys(choice.labels)])];
  const columns = new Map((await openColumns(request, names)).map((column) => [column.name, column]));
  for (const [name, [low, high]] of Object.entries(choice.ranges)) {
    const column = columns.get(name)!;
    if (column.kind !== 'numbers') throw failure('invalid-parameter', { step: 'choice', parameter: name, value: `${low} to ${high}`, reason: 'it is a column of labels, not of numbers' });
    rules.push((slice) => {
      const values = column.read(slice);
      return Uint8Array.from({ length: slice.kept.length }, (_, i) => (values[i]! >= low && values[i]! <= high ? 1 : 0));
    });
  }
  for (const [name, labels] of Object.entries(choice.labels)) {
    const column = columns.get(name)!;
    if (column.kind !== 'labels') throw failure('invalid-parameter', { step: 'choice', parameter: name, value: labels.join(', '), reason: 'it is a column of numbers, not of labels' });
    const wanted = new Set(labels);
    const meant = Uint8Array.from(column.categories, (label) => (wanted.has(label) ? 1 : 0));
    rules.push((slice) => Uint8Array.from(column.read(slice), (code) => (code < 0 ? 0 : meant[code]!)));
  }
  if (choice.lasso) rules.push(lassoRule(request, choice.lasso));
  if (rules.length === 0) return null;
  return (slice) => {
    const flags = rules[0]!(slice);
    for (const rule of rules.slice(1)) {
      const others = rule(slice);
      for (let i = 0; i < flags.length; i++) flags[i]! &= others[i]!;
    }
    return flags;
  };
}

function lassoRule({ axis, slots }: ColumnsRequest, { basis, axes, corners }: NonNullable<CellChoice['lasso']>): ChoiceOfSlice {
  const path = slots.path(`obsm/${basis}`);
  if (path === undefined) throw failure('not-found', { what: 'embedding', name: basis, near: nearNames(basis, slots.names('obsm')) });
  const embedding = openStored(path);
  const width = embedding.shape[1] ?? 1;
  if (axes.some((column) => column >= width)) throw failure('invalid-parameter', { step: 'choice', parameter: 'axes', value: axes.join(', '), reason: `${basis} has ${width} columns` });
  return (slice) => {
    const values = axis.read(embedding, slice);
    return insidePolygon(values, width, axes, corners);
  };
}
