/** One question, answered where the best answer is: in the registered plates, else in the atlas's tables. */
import { TruckeeError } from '../../protocol/errors.ts';
import { formatCount } from '../../protocol/format.ts';
import { parseQuery, type Query, type QueryAnswer } from '../../protocol/query.ts';
import { queryConditions } from '../catalog/condition-query.ts';
import { listDatasets } from '../catalog/datasets.ts';
import { queryPlates } from '../datasets/query-plates.ts';
import type { StartEngine } from '../engine/contract.ts';
import { chooseDatasets } from '../jobs/prepare.ts';
import { leftOutNotes } from '../jobs/taken-cells.ts';
import { probeHardware } from '../preflight/hardware.ts';
import type { Workspace } from '../workspace.ts';

export interface AnswerOptions {
  readonly start: StartEngine;
  /** Ask the tables although plates are registered. */
  readonly tables: boolean;
  /** Without samples and conditions: sooner, and in less memory. */
  readonly plain?: boolean;
  readonly signal?: AbortSignal;
}

/** @throws needs-plates, no-catalog, not-found, unknown-column, bad-expression, and what choosing datasets can throw */
export async function answerQuery(workspace: Workspace, query: Query, options: AnswerOptions): Promise<QueryAnswer> {
  const asked = parseQuery(query, 'query');
  const { cores } = probeHardware(workspace.root, { memoryBytes: null, workers: null });
  const registered = listDatasets(workspace.catalog);
  if (options.tables || registered.length === 0) return queryConditions(workspace.catalog, asked, workspace.root, cores);
  const datasets = chooseDatasets(workspace, { datasets: 'all', genes: 'same' });
  const answer = await queryPlates(workspace, asked, datasets, { start: options.start, cores, plain: options.plain === true, ...(options.signal ? { signal: options.signal } : {}) });
  return options.plain ? answer : { ...answer, notes: [...answer.notes, ...leftOutNotes(registered), ...knownElsewhere(workspace, asked, cores, answer)] };
}

/** What the tables count on plates that gave no cell: those that are not registered, mostly. Nothing where the tables cannot tell. */
function knownElsewhere(workspace: Workspace, query: Query, cores: number, found: QueryAnswer): string[] {
  try {
    const { definition, plates } = queryConditions(workspace.catalog, query, workspace.root, cores);
    const more = plates.filter(({ plate, cells }) => cells > 0 && !found.plates.some((one) => one.plate === plate));
    if (more.length === 0) return [];
    const [cells, names] = [more.reduce((sum, one) => sum + one.cells, 0), more.map(({ plate }) => plate)];
    return [`the tables count ${formatCount(cells)} more cells (${definition}) on ${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more plates` : ''}: no registered file holds them`];
  } catch (thrown) {
    if (thrown instanceof TruckeeError && ['needs-plates', 'no-catalog', 'not-found'].includes(thrown.data.kind)) return [];
    throw thrown;
  }
}
