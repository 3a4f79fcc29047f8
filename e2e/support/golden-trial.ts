/** A golden matrix registered in a workspace of its own, ready to run recipes on. */
import { join } from 'node:path';
import { goldenAbout, goldenMatrix, type GoldenMatrix } from '../../fixtures/golden.ts';
import { writePlateFile } from './plate-file.ts';
import { createTrial, type Trial } from './truckee.ts';

/** These matrices are one tile each: a second worker would only start and wait. */
const oneWorker = { workers: 1 } as const;

export interface GoldenTrial {
  readonly trial: Trial;
  readonly matrix: GoldenMatrix;
  readonly genes: readonly string[];
  readonly tops: readonly number[];
  /** Numbers of top genes for which masks are stored. */
  readonly topCounts: readonly number[];
  readonly maxFraction: number;
}

export async function goldenTrial(name: string, encoding: 'csr' | 'csc' | 'dense' = 'csr'): Promise<GoldenTrial> {
  const trial = createTrial(oneWorker);
  const matrix = goldenMatrix(name);
  const about = goldenAbout(name) as { genes: string[]; tops: number[]; n_tops: number[]; max_fraction: number };
  await trial.add(await writePlateFile(join(trial.folder, `${name}.h5ad`), matrix, { genes: about.genes, encoding }));
  return { trial, matrix, genes: about.genes, tops: about.tops, topCounts: about.n_tops, maxFraction: about.max_fraction };
}

/** The four plates of golden/plates, or the first of them; plate 2 lists its genes in another order, plate 3 lacks four. */
export async function platesTrial(count: number): Promise<{ trial: Trial; names: string[][]; nTop: number }> {
  const trial = createTrial(oneWorker);
  const about = goldenAbout('plates') as { names: string[][]; n_top: number };
  const files: string[] = [];
  for (let plate = 0; plate < count; plate++) {
    const path = join(trial.folder, `plate${plate}.h5ad`);
    files.push(await writePlateFile(path, goldenMatrix('plates', `plate${plate}/`), { genes: about.names[plate]!, cells: `p${plate}` }));
  }
  await trial.add(...files);
  return { trial, names: about.names, nTop: about.n_top };
}
