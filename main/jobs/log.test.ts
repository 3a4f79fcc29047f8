/** The event log: numbers without gaps, through torn lines and disks that refuse. */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asJobId } from '../../protocol/ids.ts';
import { scratchWorkspace } from '../workspace.cases.ts';
import { openEventLog, readEvents } from './log.ts';

const job = asJobId('job-0001');
const note = (text: string) => ({ kind: 'note', step: null, level: 'info', text }) as const;

test('every event is numbered and kept, also progress in quick succession', () => {
  const workspace = scratchWorkspace();
  const log = openEventLog(workspace, job);
  log.add({ kind: 'queued' });
  for (let done = 0; done < 5; done++) log.add({ kind: 'progress', step: 'qc', done, total: 5, unit: 'cells', rate: 0, etaSeconds: null, memoryBytes: null });
  expect(readEvents(workspace, job).map((logged) => logged.number)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(readEvents(workspace, job, 4).map((logged) => logged.number)).toEqual([5, 6]);
});

test('a line torn at any byte is cut off and its number given again', () => {
  const workspace = scratchWorkspace();
  const log = openEventLog(workspace, job);
  log.add(note('one'));
  log.add(note('two'));
  const path = join(workspace.folders.runs, `${job}.ndjson`);
  const third = `${JSON.stringify({ job, number: 3, at: '', event: note('three') })}\n`;
  for (let bytes = 0; bytes < third.length; bytes += 7) {
    const other = asJobId(`job-${bytes}-torn`);
    appendFileSync(path.replace(job, other), readFileSync(path, 'utf8') + third.slice(0, bytes));
    const next = openEventLog(workspace, other).add(note('again'));
    expect(next.number).toBe(3);
    expect(readEvents(workspace, other).map((logged) => logged.number)).toEqual([1, 2, 3]);
  }
});

test('after a final event nothing more is taken in', () => {
  const workspace = scratchWorkspace();
  openEventLog(workspace, job).add({ kind: 'cancelled', step: null });
  const log = openEventLog(workspace, job);
  expect(log.add({ kind: 'gone', reason: 'killed', code: null, signal: null }).event.kind).toBe('cancelled');
  expect(readEvents(workspace, job)).toHaveLength(1);
});

test('a log that cannot be written says so with its name', () => {
  const workspace = scratchWorkspace();
  const log = openEventLog(workspace, job);
  rmSync(workspace.folders.runs, { recursive: true });
  expect(() => log.add({ kind: 'queued' })).toThrow(expect.objectContaining({ kind: 'file-not-found', message: expect.stringContaining('.ndjson') }));
  expect(existsSync(workspace.folders.runs)).toBe(false);
});
