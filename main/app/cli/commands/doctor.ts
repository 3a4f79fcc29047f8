/** `truckee doctor`: what this installation consists of and whether it works here. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../../../protocol/format.ts';
import { probeMachine } from '../../../preflight/machine.ts';
import { packageRoot, version } from '../../../version.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import { graphicsWords } from '../../machine-facts.ts';
import { rebuildCatalog } from '../../rebuild.ts';
import type { Command, CommandContext } from '../command.ts';
import { withWorkspace } from '../session.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check this installation and print what a report of a defect needs.',
  usage: '[--rebuild]',
  options: { rebuild: { help: 'Make a new catalog out of the results and files that are there; the damaged one is put aside.' } },
  run: (context) => (context.options.has('rebuild') ? rebuild(context) : check(context)),
};

async function rebuild({ say, workspacePath, signal }: CommandContext): Promise<number> {
  const made = await rebuildCatalog(workspacePath, { start: startLocalEngine, signal });
  say.line(`A new catalog knows ${made.results} result(s) and ${made.datasets.length} file(s) again; the old one is ${made.aside}.`);
  for (const { path, error } of made.lost) say.line(`  - ${path} could not be added again: ${error.message}`);
  if (made.unread) say.line('  - the list of data files could not be read: add them again, and their results are used as before');
  say.line('Tables of an atlas are to be imported again (truckee catalog import); the list of past runs begins anew.');
  say.json({ ok: true, ...made });
  return 0;
}

function check({ say, workspacePath }: CommandContext): Promise<number> {
  return withWorkspace(workspacePath, async (workspace) => {
      const machine = probeMachine(workspace.root);
      const checks: Check[] = [
        { name: 'truckee', ok: true, detail: version },
        { name: 'node', ok: Number(process.versions.node.split('.')[0]) >= 24, detail: process.versions.node },
        { name: 'system', ok: true, detail: `${platform()} ${release()} ${arch()}` },
        { name: 'processor', ok: true, detail: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}` },
        { name: 'memory', ok: true, detail: `${formatBytes(machine.memoryBytes)}${machine.memoryLimitBytes === null ? '' : `, limited to ${formatBytes(machine.memoryLimitBytes)}`}` },
        { name: 'shared memory', ok: true, detail: machine.sharedMemoryBytes === null ? 'none' : `/dev/shm ${formatBytes(machine.sharedMemoryBytes)}` },
        { name: 'graphics', ok: true, detail: `${machine.adapters.join(', ') || 'no adapter found'} (${graphicsWords(machine)}; limits are told by WebGPU, which the workbench's page Preflight asks)` },
        { name: 'workspace', ok: true, detail: `${formatBytes(machine.disk.freeBytes)} free, disk: ${machine.disk.kind}` },
        { name: 'catalog', ok: workspace.catalog.pragma('integrity_check', { simple: true }) === 'ok', detail: `SQLite, ${String(workspace.catalog.pragma('journal_mode', { simple: true }))}` },
        { name: 'wasm kernels', ok: existsSync(join(packageRoot, 'dist/compute/kernels/wasm/kernels.wasm')), detail: 'falls back to plain JavaScript when missing' },
        ...['better-sqlite3', 'h5wasm', 'zod'].map(packageCheck),
        { name: 'unfinished work', ok: true, detail: `${readdirSync(workspace.folders.work).length} step(s) can be continued` },
      ];
      for (const check of checks) {
        say.json({ kind: 'check', ...check });
        say.line(`  ${check.ok ? '✓' : '✗'} ${check.name.padEnd(16)} ${check.detail}`);
      }
      const ok = checks.every((check) => check.ok);
      say.json({ ok, checks: checks.length });
      return ok ? 0 : 1;
    });
}

function packageCheck(name: string): Check {
  const manifest = join(packageRoot, 'node_modules', name, 'package.json');
  if (!existsSync(manifest)) return { name, ok: false, detail: 'missing: run npm ci' };
  const { version: found } = createRequire(import.meta.url)(manifest) as { version: string };
  return { name, ok: true, detail: found };
}
