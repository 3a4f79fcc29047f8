/** `truckee add FILE...`: registers files so that recipes can use them. */
import { failure, toErrorData } from '../../../../protocol/errors.ts';
import { formatBytes, formatCount } from '../../../../protocol/format.ts';
import { pathOf, remoteFacts, remoteWords } from '../../../datasets/remote-files.ts';
import { registerFile } from '../../../datasets/register.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import type { Command } from '../command.ts';
import { withLockedWorkspace } from '../session.ts';

export const add: Command = {
  name: 'add',
  summary: 'Register one or more files (h5ad, 10x), Zarr stores or 10x folders in the workspace; nothing is copied. A URL is read from afar, block by block as needed.',
  usage: 'FILE|URL...',
  options: { 'header-env': { value: 'VAR', help: 'For URLs: environment variable with an Authorization header.' } },
  async run({ positionals, options, say, workspacePath, signal }) {
    if (positionals.length === 0) throw failure('bad-usage', { command: 'add', reason: 'add needs at least one FILE' });
    return withLockedWorkspace(workspacePath, async (workspace) => {
      let failed = 0;
      const added: string[] = [];
      for (const path of positionals) {
        try {
          const local = await pathOf(path, workspace.root, { headerVariable: options.text('header-env'), signal });
          const { row, twin } = await registerFile(workspace, local, { start: startLocalEngine, scan: false, signal });
          added.push(row.name);
          const remote = remoteFacts(row.path);
          say.json({ kind: 'added', name: row.name, path: row.path, n_obs: row.report.n_obs, n_vars: row.report.n_vars, counts_in: row.report.counts_in, ...(remote ? { remote } : {}) });
          say.line(`added ${row.name}: ${formatCount(row.report.n_obs)} cells x ${formatCount(row.report.n_vars)} genes, ${formatBytes(row.bytes)}${row.report.demo ? ' [demo data]' : ''}`);
          for (const problem of row.report.problems) say.line(`  ! ${problem.where}: ${problem.message}`);
          if (remote) say.line(`  ${remoteWords(remote)}`);
          if (twin) say.line(`  ! holds the same cells as ${twin.name}: a run with both is refused`);
        } catch (thrown) {
          const error = toErrorData(thrown);
          if (error.kind === 'cancelled' || positionals.length === 1) throw thrown;
          failed += 1;
          say.json({ kind: 'refused', path, error });
          say.line(`not added: ${error.message} ${error.remedy}`);
        }
      }
      say.json({ ok: failed === 0, added, failed });
      return failed === 0 ? 0 : 1;
    });
  },
};
