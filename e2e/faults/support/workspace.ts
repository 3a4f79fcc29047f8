/** Workspaces of the fault campaigns: demo plates made once, a template with them registered, and digests to compare by. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, expect } from 'vitest';
import { summaryOf, truckee, type Json } from './truckee.ts';

/** A folder that goes when the test file ends. */
export function scratch(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `truckee-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export interface DemoSize {
  readonly plates: number;
  readonly cells: number;
  readonly genes: number;
}

/** Demo plates in `folder`/demo; returns their paths. */
export async function demoPlates(folder: string, size: DemoSize): Promise<string[]> {
  const made = await truckee(['generate', join(folder, 'demo'), '--plates', `${size.plates}`, '--cells', `${size.cells}`, '--genes', `${size.genes}`, '--json']);
  return summaryOf(made)['files'] as string[];
}

/** A workspace with `plates` registered, to be copied with `fresh`. */
export async function templateOf(folder: string, plates: readonly string[]): Promise<string> {
  const workspace = join(folder, 'template');
  summaryOf(await truckee(['add', ...plates, '--workspace', workspace, '--json']));
  return workspace;
}

export function fresh(template: string, workspace: string): string {
  rmSync(workspace, { recursive: true, force: true });
  cpSync(template, workspace, { recursive: true });
  return workspace;
}

export function runArgs(recipe: string, workspace: string, ...more: string[]): string[] {
  return ['run', recipe, '--workspace', workspace, '--json', '--workers', '2', ...more];
}

/** Result folder -> digest of all its files but the record of how and when it was made. */
export function digests(workspace: string): Map<string, string> {
  const results = join(workspace, 'results');
  const found = new Map<string, string>();
  if (!existsSync(results)) return found;
  for (const folder of readdirSync(results).sort()) {
    const hash = createHash('sha256');
    for (const file of filesBelow(join(results, folder))) {
      if (file === 'provenance.json') continue;
      hash.update(`${file}\n`).update(readFileSync(join(results, folder, file)));
    }
    found.set(folder, hash.digest('hex'));
  }
  return found;
}

export function filesBelow(folder: string, prefix = ''): string[] {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(join(folder, entry.name), name) : [name];
  });
}

/** Logs of all jobs: numbered 1, 2, 3... and, but for `open` jobs, closed by exactly one final event. */
export function checkLogs(workspace: string, open = 0): void {
  const final = new Set(['done', 'failed', 'cancelled', 'gone']);
  let unfinished = 0;
  for (const file of readdirSync(join(workspace, 'runs')).filter((name) => name.endsWith('.ndjson'))) {
    const events = readFileSync(join(workspace, 'runs', file), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as { number: number; event: { kind: string } });
    expect(events.map((logged) => logged.number), file).toEqual(events.map((_, i) => i + 1));
    const finals = events.filter((logged) => final.has(logged.event.kind));
    if (finals.length === 0) unfinished += 1;
    else expect(events.at(-1)!.event.kind, file).toBe(finals[0]!.event.kind);
    expect(finals.length, file).toBeLessThan(2);
  }
  expect(unfinished).toBeLessThanOrEqual(open);
}

/** The catalog as a reader with nothing of ours finds it: sound, and agreeing with the folders. */
export function checkCatalog(workspace: string): { results: string[]; datasets: string[] } {
  const db = new Database(join(workspace, 'catalog.sqlite'));
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    const results = db.prepare<[], { folder: string }>('SELECT folder FROM results').all().map((row) => row.folder);
    const datasets = db.prepare<[], { name: string }>('SELECT name FROM datasets').all().map((row) => row.name);
    for (const folder of results) expect(existsSync(join(workspace, 'results', folder, 'provenance.json')), folder).toBe(true);
    return { results, datasets };
  } finally {
    db.close();
  }
}

/** Folders of the results that were acknowledged in a command's output. */
export function acknowledged(lines: readonly Json[]): string[] {
  return lines.filter((line) => line['kind'] === 'result').map((line) => String(line['path']).split('/').at(-1)!);
}

/** Sample sizes are for every change; a campaign before a release is run with TRUCKEE_FAULT_SAMPLES=20 or more. */
export function samples(count: number): number {
  const times = Number(process.env['TRUCKEE_FAULT_SAMPLES'] ?? 1);
  return Math.max(1, Math.round(count * (times > 0 ? times : 1)));
}

/** Numbers in [0, 1), the same for the same seed; TRUCKEE_FAULT_SEED starts another series. */
export function randomSeries(seed: number): () => number {
  let state = (seed + Number(process.env['TRUCKEE_FAULT_SEED'] ?? 0)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
