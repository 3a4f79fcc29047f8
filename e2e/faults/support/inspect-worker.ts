/** Worker of the campaign with mutated files: opens and describes one file after the other, and says how each ended. */
import { parentPort } from 'node:worker_threads';
import { openPlate } from '../../../compute/stores/index.ts';
import { TruckeeError } from '../../../protocol/errors.ts';

export interface Described {
  /** 'read', the kind of a typed error, or the words of one that is not. */
  readonly ended: string;
  readonly typed: boolean;
  readonly rssBytes: number;
}

parentPort!.on('message', (path: string) => {
  describe(path).then(
    () => answer('read', true),
    (thrown: unknown) => {
      if (thrown instanceof TruckeeError) answer(thrown.kind, thrown.kind !== 'internal');
      else answer(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown), false);
    },
  );
});

async function describe(path: string): Promise<void> {
  const plate = await openPlate(path);
  try {
    await plate.inspect({ scan: true });
    plate.geneNames();
    plate.obsNames(0, plate.nObs);
  } finally {
    plate.close();
  }
}

function answer(ended: string, typed: boolean): void {
  parentPort!.postMessage({ ended, typed, rssBytes: process.memoryUsage.rss() } satisfies Described);
}
