import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Loader } from './contract.ts';
import { measureLoader, publishedProtocol } from './measure.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** Minibatches of 64 cells, one a second, fifty an epoch; the first ten seconds are four times as slow. */
function steady(): Pick<Loader, 'labels' | 'epoch' | 'heldBytesPerWorker'> & { begun: number } {
  const made = {
    begun: 0, labels: { plate: { kind: 'codes' as const, categories: ['a', 'b'], values: Uint8Array.of(0, 1) } }, heldBytesPerWorker: () => 5,
    async *epoch(epoch: number) {
      made.begun += 1;
      for (let batch = 0; batch < 50; batch++) {
        vi.advanceTimersByTime(performance.now() < 10_000 ? 4000 : 1000);
        yield { epoch, fetch: 0, batch, cells: 64, rows: new Uint32Array(64), x: { kind: 'dense' as const, values: new Float32Array(0) }, obs: { plate: Uint8Array.from({ length: 64 }, (_, i) => i % 2) } };
      }
    },
  };
  return made;
}

test('the published protocol is 30 s to warm up and 120 s measured: what comes before is not counted, epochs follow one another', async () => {
  expect(publishedProtocol).toEqual({ warmSeconds: 30, seconds: 120 });
  const loader = steady();
  const { cells, elapsed, cellsPerSecond, entropy, wait, bytesPerWorker } = await measureLoader(loader, publishedProtocol);
  expect({ cells, elapsed, cellsPerSecond, bytesPerWorker }).toEqual({ cells: 120 * 64, elapsed: 120, cellsPerSecond: 64, bytesPerWorker: 5 });
  expect(entropy['plate']).toEqual({ mean: 1, std: 0, batches: 120 });
  expect(wait).toEqual({ p50: 1, p95: 1, max: 1 });
  expect(loader.begun).toBeGreaterThan(2);
});
