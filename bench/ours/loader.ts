/**
 * Our side of the loader benches: node loader.ts STRATEGY FETCH WORKERS WARM SECONDS BACKEND FORM CACHE FILE...
 * STRATEGY is chunks or a block size, BACKEND file, pack or memory (packs held), FORM csr (all genes) or dense (2,000 genes, scaled, log1p),
 * CACHE warm or cold (packs come from the disk).
 */
import { dropFromCache } from '../../compute/loader/cold.ts';
import { openLoader } from '../../compute/loader/index.ts';
import { measureLoader } from '../../compute/loader/measure.ts';
import { measureCosts, predictRate } from '../../compute/loader/predict.ts';
import { openPlate } from '../../compute/stores/index.ts';

const [strategy, fetch, workers, warm, seconds, backend, form, cache, ...files] = process.argv.slice(2);
let genes: string[] | undefined;
if (form === 'dense') {
  const plate = await openPlate(files[0]!);
  genes = plate.geneNames().filter((_, gene) => gene % 31 === 0).slice(0, 2000);
  plate.close();
}
const open = () => openLoader({
  files, strategy: strategy === 'chunks' ? { kind: 'chunks' } : { kind: 'blocks', block: Number(strategy) }, fetchFactor: Number(fetch), workers: Number(workers),
  labels: ['plate', 'sample'], seed: 1, backend: backend === 'pack' || backend === 'memory' ? backend : 'file',
  // The files were made here from a seed: what is read is what was written.
  verified: true,
  ...(genes ? { genes, dense: true, targetSum: 1e4, log1p: true } : {}),
});
const dropPacks = (): void => dropFromCache(files.map((file) => `${file}.pack`));
const cold = cache === 'cold' ? { beforeEpoch: dropPacks } : {};
// A loader of its own: what is held in the end is what an epoch takes.
const probe = await open();
const predicted = predictRate(probe, await measureCosts(probe, true, cold.beforeEpoch), true);
await probe.close();
const loader = await open();
const cpu = process.cpuUsage();
const measured = await measureLoader(loader, { warmSeconds: Number(warm), seconds: Number(seconds), ...cold });
const used = process.cpuUsage(cpu);
await loader.close();
const { entropy, cells, cellsPerSecond, wait, bytesPerWorker } = measured;
// Seconds for a million cells, so that the ratio of two sides is that of their rates.
console.log(JSON.stringify({
  ok: true, seconds: 1e6 / cellsPerSecond, cpu_seconds: (used.user + used.system) / 1e6, cells, cells_per_second: cellsPerSecond,
  plate_entropy: entropy['plate']!.mean, sample_entropy: entropy['sample']!.mean, wait, bytes_per_worker: bytesPerWorker, planned_bytes_per_worker: loader.plan.bytesPerWorker, held_bytes: loader.plan.heldBytes, predicted_cells_per_second: predicted,
}));
process.exit(0);
