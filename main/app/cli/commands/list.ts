/** `truckee list`: the datasets of the workspace. */
import { formatBytes, formatCount } from '../../../../protocol/format.ts';
import { listDatasets } from '../../../catalog/datasets.ts';
import type { Command } from '../command.ts';
import { withWorkspace } from '../session.ts';

export const list: Command = {
  name: 'list',
  summary: 'List the datasets of the workspace.',
  usage: '',
  options: {},
  run: ({ say, workspacePath }) =>
    withWorkspace(workspacePath, async (workspace) => {
      const rows = listDatasets(workspace.catalog);
      for (const row of rows) {
        const { report } = row;
        say.json({ name: row.name, path: row.path, n_obs: report.n_obs, n_vars: report.n_vars, bytes: row.bytes, counts_in: report.counts_in, demo: report.demo, fingerprint: row.fingerprint });
        say.line(`${row.name}${report.demo ? ' [demo data]' : ''}`);
        say.line(`  ${formatCount(report.n_obs)} cells x ${formatCount(report.n_vars)} genes, ${formatBytes(row.bytes)}, ${row.path}`);
      }
      if (rows.length === 0) say.line('No datasets yet. Add some with truckee add FILE..., or make demo plates with truckee generate DIR.');
      say.json({ ok: true, datasets: rows.length });
      return 0;
    }),
};
