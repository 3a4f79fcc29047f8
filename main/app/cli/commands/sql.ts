/** `truckee sql STATEMENT`: read-only SQL over the catalog. */
import { join } from 'node:path';
import { runSql } from '../../../catalog/sql.ts';
import { onePositional, type Command } from '../command.ts';
import { withWorkspace } from '../session.ts';

const mostRows = 10_000;
const mostSeconds = 10;

export const sql: Command = {
  name: 'sql',
  summary: 'Run one read-only SQL statement over the catalog.',
  usage: "'SELECT ...' [--limit ROWS] [--seconds N]",
  options: {
    limit: { value: 'ROWS', help: `Rows at most (default ${mostRows}).` },
    seconds: { value: 'N', help: `Time at most (default ${mostSeconds}).` },
  },
  help: () => 'Tables: drugs, drug_targets, cell_lines, line_drivers, genes, samples, conditions, condition_totals, imports, datasets, dataset_groups, dataset_columns, jobs, results, job_results, de_top.',
  run: (context) =>
    withWorkspace(context.workspacePath, async (workspace) => {
      const { options, say, signal } = context;
      const statement = onePositional(context, 'sql', 'statement');
      const limits = { mostRows: options.whole('limit', 1) ?? mostRows, seconds: options.whole('seconds', 1) ?? mostSeconds, signal };
      const found = await runSql(join(workspace.root, 'catalog.sqlite'), statement, limits);
      say.line(found.columns.join('\t'));
      for (const row of found.rows) {
        say.json(Object.fromEntries(found.columns.map((name, i) => [name, row[i]])));
        say.line(row.map((value) => String(value ?? '')).join('\t'));
      }
      if (found.more) say.line(`(more than ${limits.mostRows} rows: the rest is left out)`);
      say.json({ ok: true, rows: found.rows.length, more: found.more });
      return 0;
    }),
};
