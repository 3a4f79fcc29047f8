import { expect, test } from 'vitest';
import { readAll } from './read-all.ts';

test('what is done on return leaves nothing to wait for', () => {
  const done: number[] = [];
  expect(readAll([() => void done.push(1), () => void done.push(2)])).toBeUndefined();
  expect(done).toEqual([1, 2]);
  expect(() => readAll([() => { throw new Error('at once'); }])).toThrow('at once');
});

test('a read that fails is heard of when those under way have ended, and none is started behind it', async () => {
  const said: string[] = [];
  const slow = Promise.withResolvers<void>();
  const all = readAll([
    () => slow.promise.then(() => void said.push('slow one ended')),
    () => { throw new Error('damaged'); },
    () => void said.push('started too late'),
  ]);
  const heard = Promise.resolve(all).catch((thrown: Error) => void said.push(thrown.message));
  await new Promise((resolve) => setImmediate(resolve));
  expect(said).toEqual([]);
  slow.resolve();
  await heard;
  expect(said).toEqual(['slow one ended', 'damaged']);
});
