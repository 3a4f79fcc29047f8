/** The settings of the transport loop, what each iteration leaves behind, and the score it is judged by. */
import { defaultLoop, type LoopSettings } from '../../steps/integrate.params.ts';

export { defaultLoop, type LoopSettings };

export interface IterationRecord {
  readonly it: number;
  readonly mix: number;
  readonly overlap0: number;
  readonly strain: number;
  readonly floor: number;
  readonly J: number;
  readonly best_it: number;
}

const relativePenalty = 0.45;

/** The score of one iteration against the start and the best so far. */
export function scoreOf(
  now: { readonly mix: number; readonly overlap0: number; readonly strain: number; readonly floor: number },
  start: { readonly mix0: number; readonly strain0: number; readonly bestOverlap0: number },
  weights: Pick<LoopSettings, 'w_overlap' | 'w_strain' | 'gamma'>,
): number {
  const { mix, overlap0, strain, floor } = now;
  return (mix - start.mix0) + weights.w_overlap * overlap0 - weights.w_strain * (strain - start.strain0)
    - weights.gamma * Math.max(0, floor - overlap0) ** 2 - relativePenalty * Math.max(0, start.bestOverlap0 - overlap0);
}

export const lerp = (a: number, b: number, t: number): number => (1 - t) * a + t * b;
