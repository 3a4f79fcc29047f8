/**
 * Minibatches for training, from files as they lie.
 *
 *     const loader = await openLoader({ files, strategy: { kind: 'chunks' }, labels: ['cell_line'], targetSum: 1e4, log1p: true });
 *     for await (const { x, obs } of loader.epoch(0)) train(x, obs['cell_line']);
 *     await loader.close();
 */
export type { EpochOptions, FetchedRows, Loader, LoaderHooks, LoaderLabel, LoaderOptions, LoaderPlan, Minibatch, MinibatchX, StrategyChoice } from './contract.ts';
export { openLoader } from './loader.ts';
export { defaultWorkers } from './options.ts';
export { epochPace, epochSeconds, type EpochPace } from './pace.ts';
export { profileTraining, type Profiler, type TrainingProfile } from './profile.ts';
