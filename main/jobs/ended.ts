/** How a run ended, for those who can only go on when it ended well. */
import { failure, TruckeeError } from '../../protocol/errors.ts';
import type { FinalEvent } from '../../protocol/events.ts';

/** @throws what the run ended with when that is not `done` */
export function endedWell(final: FinalEvent): Extract<FinalEvent, { kind: 'done' }> {
  switch (final.kind) {
    case 'done':
      return final;
    case 'failed':
      throw new TruckeeError(final.error);
    case 'cancelled':
      throw failure('cancelled', { step: final.step ?? 'the run' });
    case 'gone':
      throw failure('engine-gone', { reason: final.reason, code: final.code, signal: final.signal });
    default:
      return final satisfies never;
  }
}
