/** The engine's stop flag in the shape that long functions understand. */
import { failure } from '../../protocol/errors.ts';
import type { CallContext } from './contract.ts';

/** An AbortSignal that looks at the flag each time it is asked: worker threads get no messages while they compute. */
export function cancelSignal(context: CallContext): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  const throwIfAborted = signal.throwIfAborted.bind(signal);
  signal.throwIfAborted = () => {
    if (context.stopped()) controller.abort(failure('cancelled', { step: 'this step' }));
    throwIfAborted();
  };
  return signal;
}
