/** `truckee results`: the runs of the workspace and what they yielded. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes, formatSeconds } from '../../../../protocol/format.ts';
import type { Provenance } from '../../../../protocol/provenance.ts';
import { parseRecipe } from '../../../../protocol/recipe.ts';
import { listJobs, resultsOfJob } from '../../../catalog/jobs.ts';
import { findResult } from '../../../catalog/results.ts';
import type { Workspace } from '../../../workspace.ts';
import type { Command } from '../command.ts';
import { withWorkspace } from '../session.ts';

export const results: Command = {
  name: 'results',
  summary: 'List runs with their steps, times and outcome.',
  usage: '[RUN]',
  options: {},
  run: ({ say, workspacePath, positionals }) =>
    withWorkspace(workspacePath, async (workspace) => {
      const wanted = positionals[0];
      const jobs = listJobs(workspace.catalog).filter((job) => wanted === undefined || job.id.startsWith(wanted));
      for (const job of jobs) {
        const rows = resultsOfJob(workspace.catalog, job.id).map((row) => ({ ...row, ...storedOf(workspace, row.fingerprint) }));
        say.json({
          run: job.id, recipe: recipeName(job.recipe), state: job.state, queued_at: job.queuedAt, seconds: job.seconds, cpu_seconds: job.cpuSeconds, peak_bytes: job.peakBytes,
          ...(job.error ? { error: job.error } : {}), results: rows,
        });
        const took = job.seconds === null ? '' : `, ${formatSeconds(job.seconds)}, at most ${formatBytes(job.peakBytes ?? 0)}`;
        say.line(`${job.id.slice(0, 8)}  ${recipeName(job.recipe)}  ${job.state}${took}  ${job.queuedAt.slice(0, 16).replace('T', ' ')}`);
        if (job.error) say.line(`    ${job.error.message}`);
        for (const row of rows) say.line(`    ${row.step.padEnd(10)} ${row.bytes === undefined ? 'deleted' : formatBytes(row.bytes).padStart(9)}  ${row.summary ?? ''}${row.reused ? '  (reused)' : ''}`);
      }
      if (jobs.length === 0) say.line('No runs yet. truckee run pca-umap runs the ready recipe.');
      say.json({ ok: true, runs: jobs.length });
      return 0;
    }),
};

function recipeName(recipe: string): string {
  return parseRecipe(recipe, 'in the catalog').name;
}

interface StoredFacts {
  readonly path?: string;
  readonly bytes?: number;
  readonly wallSeconds?: number;
  readonly cpuSeconds?: number;
  readonly summary?: string;
}

function storedOf(workspace: Workspace, fingerprint: Parameters<typeof findResult>[1]): StoredFacts {
  const row = findResult(workspace.catalog, fingerprint);
  if (!row) return {};
  const path = join(workspace.folders.results, row.folder);
  const record = join(path, 'provenance.json');
  if (!existsSync(record)) return {};
  const provenance = readProvenance(record);
  if (!provenance) return { path, bytes: row.bytes, summary: 'damaged: the next run makes it again' };
  const { wallSeconds, cpuSeconds } = provenance;
  return { path, bytes: row.bytes, wallSeconds, cpuSeconds, summary: outcomeLine(provenance) };
}

function readProvenance(path: string): Provenance | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Provenance;
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}

/** The few numbers of an outcome that fit one line. */
function outcomeLine(provenance: Provenance): string {
  const facts = Object.entries(provenance.outcome)
    .filter(([, value]) => typeof value === 'number' || typeof value === 'string')
    .slice(0, 4)
    .map(([name, value]) => `${name.replaceAll('_', ' ')} ${typeof value === 'number' ? Number(value.toPrecision(6)) : value}`);
  return `${formatSeconds(provenance.wallSeconds)} (CPU ${formatSeconds(provenance.cpuSeconds)})  ${facts.join(', ')}`;
}
