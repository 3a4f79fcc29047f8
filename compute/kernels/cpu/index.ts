/** The plain kernel set: the meaning that every other set has to match, and the one that always works. */
import { plainArena } from '../block.ts';
import type { KernelSet } from '../kernels.ts';
import { clippedMoments, geneStats, moments } from './genes.ts';
import { nearest } from './nearest.ts';
import { gram, project } from './products.ts';
import { rowStats, topSums } from './rows.ts';
import { selectLognorm } from './select.ts';
import { symv } from './symv.ts';
import { checkValues } from './values.ts';

/** All kernels in plain TypeScript on ordinary arrays; holds no state, so one object serves every thread's code. */
export const cpuKernels: KernelSet = {
  name: 'cpu',
  arena: plainArena,
  checkValues,
  rowStats,
  topSums,
  geneStats,
  moments,
  clippedMoments,
  selectLognorm,
  gram,
  project,
  symv,
  nearest,
};
