/** The data sets of the benches: made by `truckee generate`, once, in a folder git ignores. Same seed, same bytes. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './measure.ts';
import { truckee } from './truckee.ts';

/** Plates and cells in each plate; all have 62,710 genes, and gzip chunks and int64 indices like the real ones. */
const sets = {
  'plate-20k': { plates: 1, cells: 20_000 },
  'plate-100k': { plates: 1, cells: 100_000 },
  'plate-50k': { plates: 1, cells: 50_000 },
  'plate-800k': { plates: 1, cells: 800_000 },
  'plate-200k': { plates: 1, cells: 200_000 },
  'plates-4x25k': { plates: 4, cells: 25_000 },
  'plates-3x100k': { plates: 3, cells: 100_000 },
  /** As many cells of one drug as real plates have. */
  'plates-3x100k-of-4-drugs': { plates: 3, cells: 100_000, drugs: 4 },
  'plates-6x100k': { plates: 6, cells: 100_000 },
  'plates-14x108k': { plates: 14, cells: 108_000 },
} as const;

type SetName = keyof typeof sets;
/** 'none': the bench makes its own data, in `prepare`. */
export type DataName = SetName | 'none';

/** The command that makes a set, for the help text and for making it. */
export function generateCommand(name: SetName, folder: string): readonly string[] {
  const set = sets[name];
  const drugs = 'drugs' in set ? ['--drugs', String(set.drugs)] : [];
  return truckee('generate', folder, '--plates', String(set.plates), '--cells', String(set.cells), '--genes', '62710', '--seed', '1', '--plate-chunks', ...drugs).argv;
}

/** Cells of all plates of a set. */
export function cellsIn(name: DataName): number {
  if (name === 'none') return 0;
  return sets[name].plates * sets[name].cells;
}

/** Files of a set in plate order; makes them when the folder is absent. */
export async function dataFiles(root: string, name: DataName): Promise<string[]> {
  if (name === 'none') return [];
  const folder = join(root, name);
  if (!existsSync(folder)) {
    mkdirSync(root, { recursive: true });
    // a folder with its final name is complete
    const part = `${folder}.part`;
    rmSync(part, { recursive: true, force: true });
    const argv = generateCommand(name, part);
    console.error(`making ${name}: ${argv.join(' ')}`);
    await runCommand({ argv }, 2);
    renameSync(part, folder);
  }
  const numbers = new Intl.Collator('en', { numeric: true });
  const files = readdirSync(folder).filter((file) => file.endsWith('.h5ad')).sort(numbers.compare);
  if (files.length === 0) throw new Error(`${folder} holds no .h5ad file`);
  return files.map((file) => join(folder, file));
}
