/** Runs `log1p`: nothing to compute, only to record; the logarithm is taken while X is read. */
import type { StepContext } from './contract.ts';

export async function runLog1p(context: StepContext<'log1p'>): Promise<void> {
  context.writeFacts('log1p', { base: context.params.base });
  context.outcome({ base: context.params.base });
}
