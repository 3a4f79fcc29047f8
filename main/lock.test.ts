/** The lock: held against the living, taken from the dead, whatever is in the file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { lockWorkspace } from './lock.ts';
import { scratchWorkspace } from './workspace.cases.ts';

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

async function living(): Promise<{ child: ChildProcess; pid: number; started: string }> {
  const child = spawn('sleep', ['60']);
  children.push(child);
  await new Promise((resolve) => child.once('spawn', resolve));
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  return { child, pid: child.pid!, started: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]! };
}

describe.skipIf(!existsSync('/proc/self/stat'))('lockWorkspace', () => {
  test('takes, names itself and lets go', () => {
    const workspace = scratchWorkspace();
    const lock = lockWorkspace(workspace, 'http://127.0.0.1:1');
    expect(JSON.parse(readFileSync(join(workspace.root, 'host.lock'), 'utf8'))).toMatchObject({ pid: process.pid, address: 'http://127.0.0.1:1' });
    lock.release();
    expect(existsSync(join(workspace.root, 'host.lock'))).toBe(false);
  });

  test('is refused while its holder lives, and taken over when it has died', async () => {
    const workspace = scratchWorkspace();
    const { child, pid, started } = await living();
    writeFileSync(join(workspace.root, 'host.lock'), JSON.stringify({ pid, started, since: 'noon', address: '' }));
    expect(() => lockWorkspace(workspace)).toThrow(expect.objectContaining({ kind: 'workspace-locked', data: expect.objectContaining({ facts: expect.objectContaining({ pid, since: 'noon' }) }) }));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    lockWorkspace(workspace).release();
  });

  test('is taken from a process that only got the same number', async () => {
    const workspace = scratchWorkspace();
    const { pid } = await living();
    writeFileSync(join(workspace.root, 'host.lock'), JSON.stringify({ pid, started: '1', since: '', address: '' }));
    lockWorkspace(workspace).release();
  });

  test.each(['', '{"pid": ', '{"pid": 0}', '{"pid": -1}', '{"pid": "1"}', 'null', '[]'])('a file that holds %j is nobody', (text) => {
    const workspace = scratchWorkspace();
    writeFileSync(join(workspace.root, 'host.lock'), text);
    lockWorkspace(workspace).release();
  });

  test('what another host holds by then is not let go', () => {
    const workspace = scratchWorkspace();
    const lock = lockWorkspace(workspace);
    const other = JSON.stringify({ pid: 1, started: '0', since: '', address: '' });
    writeFileSync(join(workspace.root, 'host.lock'), other);
    lock.release();
    expect(readFileSync(join(workspace.root, 'host.lock'), 'utf8')).toBe(other);
  });
});
