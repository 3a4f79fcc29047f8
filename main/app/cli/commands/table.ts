/** Every command, in the order in which one meets them; only the one that is asked for is loaded. */
import type { Command } from '../command.ts';

/** By name. */
export const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['start', async () => (await import('./start.ts')).start],
  ['serve', async () => (await import('./serve.ts')).serve],
  ['generate', async () => (await import('./generate.ts')).generate],
  ['inspect', async () => (await import('./inspect.ts')).inspect],
  ['add', async () => (await import('./add.ts')).add],
  ['list', async () => (await import('./list.ts')).list],
  ['sources', async () => (await import('./sources.ts')).sources],
  ['download', async () => (await import('./download.ts')).download],
  ['remote', async () => (await import('./remote.ts')).remote],
  ['catalog', async () => (await import('./catalog.ts')).catalog],
  ['query', async () => (await import('./query.ts')).query],
  ['sql', async () => (await import('./sql.ts')).sql],
  ['recipe', async () => (await import('./recipe.ts')).recipe],
  ['preflight', async () => (await import('./preflight.ts')).preflight],
  ['run', async () => (await import('./run.ts')).run],
  ['results', async () => (await import('./results.ts')).results],
  ['de', async () => (await import('./de.ts')).de],
  ['compare', async () => (await import('./compare.ts')).compare],
  ['export', async () => (await import('./export.ts')).exportCommand],
  ['pack', async () => (await import('./pack.ts')).pack],
  ['bench', async () => (await import('./bench.ts')).bench],
  ['doctor', async () => (await import('./doctor.ts')).doctor],
]);
