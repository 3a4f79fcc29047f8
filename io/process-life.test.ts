/** Living, ended and unwaited-for processes told apart. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isAtWork, residentBytes, startOfProcess } from './process-life.ts';

test('this process is at work, and has a start where the system tells one', () => {
  expect(isAtWork(process.pid)).toBe(true);
  if (existsSync('/proc/self/stat')) expect(startOfProcess(process.pid)).toMatch(/^\d+$/);
  if (existsSync('/proc/self/status')) expect(residentBytes(process.pid) / process.memoryUsage.rss()).toBeCloseTo(1, 0);
  expect(residentBytes(2 ** 30)).toBe(0);
});

test('one that ended is not', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  expect(isAtWork(child.pid!)).toBe(false);
  expect(startOfProcess(child.pid!)).toBeNull();
});

test.skipIf(!existsSync('/proc/self/stat') || !existsSync('/bin/sh'))('neither is one whose parent has not waited for it (needs /proc and sh)', async () => {
  // The shell becomes a sleep, which never waits for the child that it inherited.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
  const pid = Number(String((await once(parent.stdout, 'data'))[0]));
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
  expect(isAtWork(pid)).toBe(false);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
});
