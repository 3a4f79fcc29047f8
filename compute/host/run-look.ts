/** Looks at a finished run without reading X: binned maps, windows of the table of cells, columns of cells or genes. */
import { createHash } from 'node:crypto';
import { encodeColumns } from '../../protocol/columns-file.ts';
import type { CellsAnswer, CellsJob, ColumnsJob, RasterJob } from '../../protocol/jobs.ts';
import { encodeRaster } from '../../protocol/raster-file.ts';
import { openAxis } from '../export/axis.ts';
import { commonGenes } from '../matrix/plates.ts';
import { findSlots } from '../results/slots.ts';
import { openPlate } from '../stores/index.ts';
import { rasterView } from '../views/raster.ts';
import { geneColumns, sampleColumns } from '../views/sample-columns.ts';
import { tableView } from '../views/table.ts';
import { replaceFile } from './replace-file.ts';

export interface LookHost {
  answer(answer: CellsAnswer | { readonly target: string }): void;
  readonly signal: AbortSignal;
}

/** Returns the memory used, in bytes. @throws as rasterView, tableView, sampleColumns. */
export async function runLook(job: RasterJob | CellsJob | ColumnsJob, host: LookHost): Promise<number> {
  const slots = findSlots(job.results.map((result) => result.path));
  const { plates, cache } = job;
  const { signal } = host;
  const axisOf = () => openAxis(plates.map(({ name, path, facts }) => ({ name, path, nObs: facts.nObs })), slots);
  switch (job.kind) {
    case 'raster': {
      const { basis, axes, color, width, height, region, choice } = job;
      const demo = plates.some((plate) => plate.facts.demo);
      const raster = await rasterView({ plates, slots, cache, signal, axis: axisOf(), basis, axes, color, width, height, region, choice, demo });
      replaceFile(job.target, encodeRaster(raster));
      host.answer({ target: job.target });
      break;
    }
    case 'cells': {
      const { columns, choice, sort, from, count, find } = job;
      const parts = [job.results.map((result) => result.path), plates.map((plate) => plate.fingerprint), choice, sort];
      const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
      host.answer(await tableView({ plates, slots, cache, signal, axis: axisOf(), columns, choice, sort, from, count, find }, key));
      break;
    }
    case 'columns': {
      const { columns, most, seed } = job;
      const file = job.of === 'cells' ? await sampleColumns({ plates, slots, cache, signal, axis: axisOf(), columns, most, seed }) : geneColumns(slots, await geneNames(job), columns);
      replaceFile(job.target, encodeColumns(file));
      host.answer({ target: job.target });
      break;
    }
    default:
      job satisfies never;
  }
  return process.memoryUsage.rss();
}

async function geneNames({ plates, genes }: ColumnsJob): Promise<readonly string[]> {
  const lists: { name: string; genes: readonly string[] }[] = [];
  for (const { name, path } of plates) {
    const file = await openPlate(path);
    try {
      lists.push({ name, genes: file.geneNames() });
    } finally {
      file.close();
    }
  }
  return commonGenes(lists, genes).names;
}
