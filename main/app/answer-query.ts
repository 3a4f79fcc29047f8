/** One question, answered where the best answer is: in the registered plates, else in the atlas's tables. */
import { parseQuery, type Query, type QueryAnswer } from '../../protocol/query.ts';
import { queryConditions } from '../catalog/condition-query.ts';
import { listDatasets } from '../catalog/datasets.ts';
import { queryPlates } from '../datasets/query-plates.ts';
import type { StartEngine } from '../engine/contract.ts';
import { chooseDatasets } from '../jobs/prepare.ts';
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
  if (options.tables || listDatasets(workspace.catalog).length === 0) return queryConditions(workspace.catalog, asked, workspace.root, cores);
  const datasets = chooseDatasets(workspace, { datasets: 'all', genes: 'same' });
  return queryPlates(workspace, asked, datasets, { start: options.start, cores, plain: options.plain === true, ...(options.signal ? { signal: options.signal } : {}) });
}
