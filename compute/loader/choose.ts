/** Which of the settings tried is the one to take. */
import type { LoaderSetting } from '../../protocol/loading.ts';

/** Measured where it was, else predicted. */
export const rateOfSetting = (setting: LoaderSetting): number => setting.cells_per_second ?? setting.predicted_cells_per_second;
/** Of plates. */
export const bitsOf = ({ entropy }: LoaderSetting): number => entropy['plate']!.measured ?? entropy['plate']!.predicted;

/** The fastest that mixes well enough and whose workers fit into `memoryBytes` together; where none does, the best mixed one. `good`: how many do. */
export function chooseSetting(grid: readonly LoaderSetting[], memoryBytes: number): { best: LoaderSetting; good: number } {
  const good = grid.filter((setting) => setting.mixed && setting.bytes_per_worker * setting.workers <= memoryBytes);
  const by = good.length > 0 ? rateOfSetting : bitsOf;
  return { best: (good.length > 0 ? good : grid).reduce((a, b) => (by(b) > by(a) ? b : a)), good: good.length };
}
