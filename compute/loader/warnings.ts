/** What a search for loader settings has to say beyond its numbers, from the data and from what was measured. */
import { formatBytes } from '../../protocol/format.ts';
import type { LoaderAnswer, LoaderSetting } from '../../protocol/loading.ts';

export interface Found {
  readonly grid: readonly LoaderSetting[];
  readonly best: Pick<LoaderSetting, 'entropy' | 'fetch' | 'batch' | 'backend'>;
  /** Settings that mix well enough and fit. */
  readonly good: number;
  readonly random: Readonly<Record<string, number>>;
  readonly floor: number;
  /** Whose diversity the floor is about; null for nobody's. */
  readonly label: string | null;
  readonly memory: LoaderAnswer['memory'];
  /** A pack could be built beside every file. */
  readonly packable: boolean;
  /** Of the loader itself. */
  readonly notes: readonly string[];
}

/** Samples below this share of random are worth a warning. */
const sortedShare = 0.97;
/** A larger fetch that loses so much is slower, not just unlucky. */
const slowerShare = 0.95;

export function warningsOf({ grid, best, good, random, floor, label, memory, packable, notes }: Found): string[] {
  const out: string[] = [...notes];
  const percent = `${Math.round(1000 * floor) / 10} %`;
  if (label === null) out.push(nothingMixed(best.batch));
  else if (label !== 'plate') out.push(`There is one plate only: the floor of ${percent} is about the diversity of ${label}, the finest label.`);
  if (good === 0 && label === null) out.push('The workers of no setting fit into half of the free memory: take fewer of them, or smaller fetches.');
  if (good === 0 && label !== null) out.push(`No setting reaches ${percent} of the diversity${label === 'plate' ? '' : ` of ${label}`} of random minibatches within half of the free memory: the best mixed one is named. Use smaller blocks or larger fetches.`);
  const sample = best.entropy['sample'];
  if (sample && random['sample']! > 0 && sample.predicted < sortedShare * random['sample']!) {
    out.push(`Cells lie sorted by well inside the plates: a fetch of ${best.fetch * best.batch} cells holds few wells, and minibatches reach ${Math.round((100 * sample.predicted) / random['sample']!)} % of the diversity of samples${random['plate']! > 0 ? ` (plates: ${Math.round((100 * best.entropy['plate']!.predicted) / random['plate']!)} %)` : ''}. Larger fetches, smaller blocks or a pack mix better.`);
  }
  for (const block of new Set(grid.map((setting) => setting.block))) {
    const line = grid.filter((setting) => setting.block === block && setting.cells_per_second !== null);
    const fastest = line.reduce<LoaderSetting | null>((a, b) => (a === null || b.cells_per_second! > a.cells_per_second! ? b : a), null);
    const slower = line.find((setting) => fastest !== null && setting.fetch > fastest.fetch && setting.cells_per_second! < slowerShare * fastest.cells_per_second!);
    if (fastest && slower) out.push(`With block ${block} a fetch of ${slower.fetch} is slower than one of ${fastest.fetch}: larger is not always faster.`);
  }
  if (best.backend === 'file' && memory.fits) {
    out.push(`All cells would take ${formatBytes(memory.bytes)} in memory, which is free: reading once and drawing from memory gives single random cells about ${memory.gain.toFixed(memory.gain < 10 ? 1 : 0)} times as fast as from the files (--backend memory).${packable ? ' A pack (truckee pack build) comes close without the memory.' : ''}`);
  }
  return out;
}

const nothingMixed = (batch: number): string => batch === 1
  ? 'Minibatches of one cell have no diversity to speak of: no floor applies, and the fastest setting is named (--batch).'
  : 'There is one plate only, and no label with several classes (sample, drug, cell_line, dose): nothing tells how well cells are mixed, no floor applies, and the fastest setting is named.';
