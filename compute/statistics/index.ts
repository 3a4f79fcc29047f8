/** The statistics room: pure functions over per-gene and per-cell numbers. It opens no files and knows no steps. */
export { hvgSeurat, type SeuratColumns, type SeuratSums } from './seurat.ts';
export { selectByCutoffs, selectTop, type HvgLimits } from './choose.ts';
export { standardisedVariance, varianceTrend, type ClippedSums, type CountSums, type VarianceTrend } from './seurat-v3.ts';
export { ranksDescending, rankOverBatches, type RankedGenes } from './ranks.ts';
export { selectOverPlates } from './plates.ts';
export { medianOfPositive, sortedMedianOfPositive, type NumberSource } from './median.ts';
export { loess, loessDirect } from './loess.ts';
export { twoSidedNormal } from './normal-tail.ts';
export { twoSidedStudent } from './student-tail.ts';
export { rankSum, rankSumOfCounts, rankSumP, rankSumScore, runsOf, type RankSum, type Runs, type TestedP } from './rank-sum.ts';
export { welchTest, type SideSums, type WelchTest } from './welch.ts';
export { falseDiscoveryRates, significanceLevel } from './false-discovery.ts';
export { log2FoldChange, percentChange } from './effect-size.ts';
export { agreementOf, spearman, type Agreement, type Effects } from './concordance.ts';
