/** `truckee compare`: two integrations side by side, each with its figures whatever they are. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { failure } from '../../../../protocol/errors.ts';
import { nearNames } from '../../../../protocol/format.ts';
import { listJobs, resultsOfJob } from '../../../catalog/jobs.ts';
import { findResult } from '../../../catalog/results.ts';
import { comparedFigures, type Integration } from '../../../export/compare.ts';
import type { Workspace } from '../../../workspace.ts';
import type { Command } from '../command.ts';
import { withWorkspace } from '../session.ts';

export const compare: Command = {
  name: 'compare',
  summary: 'Two integrations side by side: mixing, kept structure, verdicts.',
  usage: 'RESULT RESULT',
  options: {},
  run: ({ say, workspacePath, positionals }) =>
    withWorkspace(workspacePath, async (workspace) => {
      if (positionals.length !== 2) throw failure('bad-usage', { command: 'compare', reason: 'two results are needed: run ids, result folders or their names' });
      const folders = positionals.map((wanted) => integrationFolder(workspace, wanted));
      const [a, b] = folders.map(readIntegration) as [Integration, Integration];
      const rows = comparedFigures(a, b);
      const width = Math.max(...rows.map((row) => row.name.length));
      say.line(`${' '.repeat(width)}  ${a.method.padStart(12)}  ${b.method.padStart(12)}`);
      for (const { name, a: left, b: right } of rows) say.line(`${name.padEnd(width)}  ${words(left).padStart(12)}  ${words(right).padStart(12)}`);
      for (const one of [a, b]) say.line(`${one.method}: ${one.words}`);
      say.json({ ok: true, results: folders, methods: [a.method, b.method], verdicts: [a.verdict, b.verdict], figures: rows });
      return 0;
    }),
};

const words = (value: number | null): string => (value === null ? '-' : String(Number(value.toPrecision(4))));

/** A folder, the name or start of the name of one in results/, or a run that has an integration. @throws not-found. */
function integrationFolder(workspace: Workspace, wanted: string): string {
  if (existsSync(join(resolve(wanted), 'uns', 'integrate.json'))) return resolve(wanted);
  const names = readdirSync(workspace.folders.results).filter((name) => name.startsWith('integrate-'));
  const named = names.filter((name) => name === wanted || name.startsWith(`integrate-${wanted}`));
  if (named.length === 1) return join(workspace.folders.results, named[0]!);
  for (const job of listJobs(workspace.catalog).toReversed()) {
    if (wanted !== 'latest' && !job.id.startsWith(wanted)) continue;
    const row = resultsOfJob(workspace.catalog, job.id).find((result) => result.step === 'integrate');
    const found = row && findResult(workspace.catalog, row.fingerprint);
    if (found) return join(workspace.folders.results, found.folder);
  }
  throw failure('not-found', { what: 'integration', name: wanted, near: nearNames(wanted, names) });
}

/** @throws corrupt-result. */
function readIntegration(folder: string): Integration {
  try {
    return JSON.parse(readFileSync(join(folder, 'uns', 'integrate.json'), 'utf8')) as Integration;
  } catch (cause) {
    throw failure('corrupt-result', { path: folder, reason: 'uns/integrate.json is missing or not JSON' }, cause);
  }
}
