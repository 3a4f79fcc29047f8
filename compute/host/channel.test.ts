/** The engine's wire inside Electron: a parent port, played here, in place of Node's own channel. */
import { afterEach, expect, test } from 'vitest';
import type { HostMessage } from '../../protocol/jobs.ts';
import { openChannel } from './channel.ts';

afterEach(() => void Reflect.deleteProperty(process, 'parentPort'));

test('a parent port carries messages both ways', async () => {
  const sent: unknown[] = [];
  let deliver: ((event: { data: HostMessage }) => void) | null = null;
  Object.defineProperty(process, 'parentPort', {
    configurable: true,
    value: { postMessage: (message: unknown) => void sent.push(message), on: (_event: string, handler: (event: { data: HostMessage }) => void) => void (deliver = handler) },
  });
  const channel = openChannel();
  const heard: HostMessage[] = [];
  channel.onMessage((message) => heard.push(message));
  deliver!({ data: { kind: 'cancel' } });
  channel.send({ kind: 'answer', answer: 7 });
  await channel.drain();
  expect(heard).toEqual([{ kind: 'cancel' }]);
  expect(sent).toEqual([{ kind: 'answer', answer: 7 }]);
});
