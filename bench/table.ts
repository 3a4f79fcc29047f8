/**
 * Prints the table of bench/README.md from results.jsonl: the latest quiet record on the bench's own data, for each
 * bench, thread count and cache.
 */
import { existsSync, readFileSync } from 'node:fs';
import { formatBytes } from '../protocol/format.ts';
import { cases, isCaseName } from './cases/table.ts';
import { resultsFile } from './harness/report.ts';

interface SideRecord {
  readonly cells: number | null;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakPssBytes: number;
}

interface ResultRecord {
  readonly bench: string;
  readonly at: string;
  readonly cache: string;
  readonly threads: number;
  readonly rounds: number;
  readonly quiet: boolean;
  readonly givenFiles: readonly string[] | null;
  readonly metric: string;
  readonly ratio: number;
  readonly met: boolean;
  readonly machine: string;
  readonly ours?: SideRecord;
  readonly peer?: SideRecord;
  readonly sizes?: readonly SideRecord[];
}

const lines = existsSync(resultsFile) ? readFileSync(resultsFile, 'utf8').split('\n').filter(Boolean) : [];
const records = lines.map((line) => JSON.parse(line) as ResultRecord);
const latest = new Map(records.filter((r) => r.quiet && r.givenFiles === null).map((r) => [`${r.bench} ${r.threads} ${r.cache}`, r]));

const side = (s: SideRecord | undefined): string => (s ? `${s.seconds} s, CPU ${s.cpuSeconds} s, ${formatBytes(s.peakPssBytes)}` : '');
const perCell = (r: ResultRecord): string =>
  (r.sizes ?? []).map((s) => `${s.cells}: ${((s.cpuSeconds / (s.cells ?? NaN)) * 1e6).toFixed(1)} us/cell, ${formatBytes(s.peakPssBytes)}`).join('; ');

console.log('| bench | threads, cache | ours | peer | ratio | reach | date |');
console.log('|---|---|---|---|---|---|---|');
for (const r of latest.values()) {
  const reach = isCaseName(r.bench) ? cases[r.bench].reach : '';
  const verdict = `${r.ratio}x ${r.metric === 'seconds' ? '' : r.metric} ${r.met ? 'reached' : '**missed**'}`;
  console.log(`| ${r.bench} | ${r.threads}, ${r.cache} | ${r.sizes ? perCell(r) : side(r.ours)} | ${side(r.peer)} | ${verdict} | ${reach} | ${r.at.slice(0, 10)} |`);
}
for (const machine of new Set([...latest.values()].map((r) => r.machine))) console.log(`\nMachine: ${machine}`);
