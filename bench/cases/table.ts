/** All benches by the name that `node bench/run.ts NAME` takes. */
import type { BenchCase } from '../harness/case.ts';
import { conditions } from './conditions.ts';
import { de, deCounts } from './de.ts';
import { download, downloadMd5 } from './download.ts';
import { extract } from './extract.ts';
import { filter } from './filter.ts';
import { carry, transport } from './integrate.ts';
import { loaderBlocks, loaderChunks, loaderPack, loaderPackCold, loaderPackDense, packBuild } from './loader.ts';
import { pca } from './pca.ts';
import { read, readPlain, readWorkers } from './read.ts';
import { scan, scanMemory, scanNotebook } from './scan.ts';
import { umap } from './umap.ts';
import { budget, scaling, whole } from './whole.ts';

export const cases = {
  read, 'read-plain': readPlain, 'read-workers': readWorkers, scan, 'scan-notebook': scanNotebook, 'scan-memory': scanMemory, pca, umap, transport, carry, loader: loaderChunks, 'loader-blocks': loaderBlocks, 'loader-pack': loaderPack, 'loader-pack-dense': loaderPackDense, 'loader-pack-cold': loaderPackCold, 'pack-build': packBuild, de, 'de-counts': deCounts, download, 'download-md5': downloadMd5, filter, conditions, extract, whole, scaling, budget,
} as const satisfies Readonly<Record<string, BenchCase>>;

export type CaseName = keyof typeof cases;

export function isCaseName(name: string): name is CaseName {
  return Object.hasOwn(cases, name);
}
