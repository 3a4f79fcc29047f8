/** A predicted time in two parts: computing, and moving bytes between disk and memory, which no faster processor shortens. */
import type { StepPlan } from '../../protocol/plan.ts';
import type { DiskKind } from './machine.ts';

/** Bytes per second of a plain sequential copy, low on purpose; what this machine's runs took corrects the sum, not the parts. */
const rates: Readonly<Record<DiskKind, { readonly read: number; readonly write: number }>> = {
  memory: { read: 3e9, write: 2e9 }, SSD: { read: 500e6, write: 300e6 }, HDD: { read: 120e6, write: 100e6 }, network: { read: 80e6, write: 60e6 }, unknown: { read: 200e6, write: 150e6 },
};

export interface SplitTime {
  readonly computeSeconds: number;
  readonly transferSeconds: number;
}

/** `matrixBytes`: compressed bytes of one pass over X. Both parts together are the step's predicted seconds. */
export function splitTime({ seconds, passes, diskBytes }: Pick<StepPlan, 'seconds' | 'passes' | 'diskBytes'>, matrixBytes: number, disk: DiskKind): SplitTime {
  const { read, write } = rates[disk];
  const transferSeconds = Math.min(seconds, (passes * matrixBytes) / read + diskBytes / write);
  return { transferSeconds, computeSeconds: seconds - transferSeconds };
}
