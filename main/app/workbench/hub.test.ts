import { describe, expect, test } from 'vitest';
import type { HostMessage } from '../../../protocol/api.types.ts';
import { createHub, type Hub } from './hub.ts';

const changed = { kind: 'changed', what: 'runs' } as const;

/** The first so many messages of a listener. */
async function hear(hub: Hub, epoch: string | null, after: number, count: number): Promise<HostMessage[]> {
  const heard: HostMessage[] = [];
  const abort = new AbortController();
  for await (const message of hub.listen(epoch, after, abort.signal)) {
    heard.push(message);
    if (heard.length === count) break;
  }
  return heard;
}

describe('the hub', () => {
  test('numbers what it says and tells it to everyone in order', async () => {
    const hub = createHub();
    const two = [hear(hub, null, 0, 4), hear(hub, null, 0, 4)];
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (let i = 0; i < 3; i++) hub.say(changed);
    for (const heard of await Promise.all(two)) expect(heard.map(({ number }) => number)).toEqual([0, 1, 2, 3]);
  });

  test('a listener that comes back hears what it missed and nothing twice', async () => {
    const hub = createHub();
    for (let i = 0; i < 10; i++) hub.say(changed);
    const heard = await hear(hub, hub.epoch, 4, 7);
    expect(heard[0]).toMatchObject({ kind: 'hello', reset: false, number: 4 });
    expect(heard.slice(1).map(({ number }) => number)).toEqual([5, 6, 7, 8, 9, 10]);
  });

  test('one of another life, or too far behind, is told to start over', async () => {
    const hub = createHub();
    for (let i = 0; i < 6000; i++) hub.say(changed);
    expect((await hear(hub, 'another', 3, 1))[0]).toMatchObject({ kind: 'hello', reset: true, number: 6000 });
    expect((await hear(hub, hub.epoch, 500, 1))[0]).toMatchObject({ reset: true });
    expect((await hear(hub, hub.epoch, 5990, 1))[0]).toMatchObject({ reset: false });
  });

  test('leaving ends the generator: no listener is left behind', async () => {
    const hub = createHub();
    const abort = new AbortController();
    const listening = (async () => {
      for await (const message of hub.listen(null, 0, abort.signal)) expect(message.kind).toBe('hello');
    })();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(hub.listeners).toBe(1);
    abort.abort();
    await listening;
    expect(hub.listeners).toBe(0);
  });
});
