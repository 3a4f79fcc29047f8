/** Which of the settings tried is the one to take. */
import type { LoaderSetting } from '../../protocol/loading.ts';

/** Measured where it was, else predicted. */
export const rateOfSetting = (setting: LoaderSetting): number => setting.cells_per_second ?? setting.predicted_cells_per_second;
/** Of a label; 0 for none. */
export const bitsOf = ({ entropy }: LoaderSetting, label: string | null): number => (label === null ? 0 : (entropy[label]!.measured ?? entropy[label]!.predicted));

/**
 * The label that the floor is about: plates; where there is one plate, the label with most classes, which is the finest. `sizes`: cells of
 * each class, by label in the order of preference. Null where no label has several classes, and for minibatches of one cell.
 */
export function floorLabel(sizes: ReadonlyMap<string, readonly number[]>, batch: number): string | null {
  if (batch === 1) return null;
  const classes = [...sizes].map(([name, of]): [string, number] => [name, of.filter((cells) => cells > 0).length]).filter(([, count]) => count > 1);
  if (classes.some(([name]) => name === 'plate')) return 'plate';
  return classes.reduce<[string, number] | null>((best, one) => (best === null || one[1] > best[1] ? one : best), null)?.[0] ?? null;
}

/** The fastest that mixes well enough and whose workers fit into `memoryBytes` together; where none does, the best mixed one. `good`: how many do. */
export function chooseSetting(grid: readonly LoaderSetting[], memoryBytes: number, label: string | null): { best: LoaderSetting; good: number } {
  const good = grid.filter((setting) => setting.mixed && setting.bytes_per_worker * setting.workers <= memoryBytes);
  const by = good.length > 0 || label === null ? rateOfSetting : (setting: LoaderSetting) => bitsOf(setting, label);
  return { best: (good.length > 0 ? good : grid).reduce((a, b) => (by(b) > by(a) ? b : a)), good: good.length };
}
