/** A choice of cells on a map as the expression that means the same cells; a lasso has none. */
import type { CellChoice } from '../../protocol/cell-choice.ts';

/** Null for a choice that no expression can say: one with a lasso, or one of all cells. */
export function whereOf({ ranges, labels, lasso }: CellChoice): string | null {
  const parts = [
    ...Object.entries(labels).map(([name, chosen]) => `${columnWord(name)} in [${chosen.map(textWord).join(', ')}]`),
    ...Object.entries(ranges).map(([name, [low, high]]) => `${columnWord(name)} >= ${low} and ${columnWord(name)} <= ${high}`),
  ];
  return lasso !== null || parts.length === 0 ? null : parts.join(' and ');
}

const columnWord = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : `\`${name}\``);
const textWord = (label: string): string => `'${label.replaceAll(/[\\']/g, '\\$&')}'`;
