/** One piece of work for all who ask for the same thing at the same time: it is stopped only when the last of them has left. */

/** Joins the work under this name, or begins it. Rejects at once for one who leaves. */
export type Shared = (name: string, begin: (stop: AbortSignal) => Promise<void>, signal?: AbortSignal) => Promise<void>;

interface Going {
  readonly work: Promise<void>;
  readonly stop: AbortController;
  waiting: number;
}

export function createShared(): Shared {
  const all = new Map<string, Going>();
  return (name, begin, signal) => {
    let going = all.get(name);
    if (!going) {
      const stop = new AbortController();
      const made: Going = { stop, waiting: 0, work: begin(stop.signal).finally(() => void (all.get(name) === made && all.delete(name))) };
      going = made;
      all.set(name, made);
    }
    const mine = going;
    mine.waiting += 1;
    return new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        mine.waiting -= 1;
        if (mine.waiting > 0) return reject(signal?.reason as Error);
        // Whoever asks from now on begins anew rather than share a work that is being stopped.
        if (all.get(name) === mine) all.delete(name);
        mine.stop.abort();
      };
      if (signal?.aborted) leave();
      else signal?.addEventListener('abort', leave, { once: true });
      mine.work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
    });
  };
}
