import { describe, expect, test } from 'vitest';
import { createShared } from './shared.ts';

/** Work that ends when told, and notices being stopped. */
function played() {
  const begun: { end(): void; stopped: boolean }[] = [];
  const begin = (stop: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const one = { end: resolve, stopped: false };
      stop.addEventListener('abort', () => {
        one.stopped = true;
        reject(new Error('stopped'));
      });
      begun.push(one);
    });
  return { begun, begin };
}

describe('shared work', () => {
  test('is done once for two who ask, and goes on when the first leaves', async () => {
    const { begun, begin } = played();
    const shared = createShared();
    const leaver = new AbortController();
    const first = shared('a', begin, leaver.signal);
    const second = shared('a', begin);
    leaver.abort(new Error('left'));
    await expect(first).rejects.toThrow('left');
    expect(begun).toHaveLength(1);
    expect(begun[0]!.stopped).toBe(false);
    begun[0]!.end();
    await second;
  });

  test('is stopped when the last one leaves; one who comes then begins anew', async () => {
    const { begun, begin } = played();
    const shared = createShared();
    const leaver = new AbortController();
    const first = shared('a', begin, leaver.signal);
    leaver.abort();
    const second = shared('a', begin);
    await expect(first).rejects.toThrow('stopped');
    expect(begun.map((one) => one.stopped)).toEqual([true, false]);
    begun[1]!.end();
    await second;
    const third = shared('a', begin);
    expect(begun).toHaveLength(3);
    begun[2]!.end();
    await third;
  });
});
