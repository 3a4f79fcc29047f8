/** Name of a pass -> how a worker opens it. */
import type { OpenPass, PassName } from './contract.ts';
import { openGeneOrder } from './gene-order.ts';
import { openGeneTotals } from './gene-totals.ts';
import { openGram } from './gram.ts';
import { openMoments } from './moments.ts';
import { openProject } from './project.ts';
import { openScan } from './scan.ts';
import { openTotals } from './totals.ts';

export const passes: { readonly [Name in PassName]: OpenPass<Name> } = {
  scan: openScan,
  geneTotals: openGeneTotals,
  totals: openTotals,
  moments: openMoments,
  gram: openGram,
  geneOrder: openGeneOrder,
  project: openProject,
};
