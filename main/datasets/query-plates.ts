/** Answers a query in the registered files: the engine counts cells, values and bytes from column files and row pointers. */
import { randomUUID } from 'node:crypto';
import { asJobId } from '../../protocol/ids.ts';
import type { PlateInput, PlateMatches, QueryJobAnswer } from '../../protocol/jobs.ts';
import type { Query, QueryAnswer, QueryCondition, QuerySample } from '../../protocol/query.ts';
import { failure } from '../../protocol/errors.ts';
import { parseWhere } from '../../protocol/where.ts';
import { compileQuery } from '../catalog/compile-query.ts';
import { cellsPerCoreSecond } from '../catalog/condition-query.ts';
import { conditionsOf, lineIds, type GroupRow } from '../catalog/dataset-index.ts';
import { comparePlates } from '../catalog/atlas.ts';
import type { DatasetRow } from '../catalog/datasets.ts';
import { resolveQuery } from '../catalog/resolve-query.ts';
import { whereNotes } from '../catalog/where-notes.ts';
import { callEngine } from '../engine/call.ts';
import type { StartEngine } from '../engine/contract.ts';
import type { Workspace } from '../workspace.ts';
import { remoteFacts, remoteWords } from './remote-files.ts';

/** Columns whose combinations are counted: what samples and conditions are made of. */
const by = ['plate', 'sample', 'drug', 'drugname_drugconc', 'cell_line', 'cell_name'];

export interface PlateQueryOptions {
  readonly start: StartEngine;
  readonly cores: number;
  /** Samples and conditions are not counted. */
  readonly plain?: boolean;
  readonly signal?: AbortSignal;
}

/** @throws not-found, unknown-column, and what reading files can throw */
export async function queryPlates(workspace: Workspace, query: Query, datasets: readonly DatasetRow[], options: PlateQueryOptions): Promise<QueryAnswer> {
  const db = workspace.catalog;
  const resolved = resolveQuery(db, query);
  const usable = datasets.filter((row) => row.facts !== null);
  const compiled = compileQuery(db, query, resolved, usable.map((row) => row.name));
  if (compiled.datasets.length === 0 && query.where !== undefined && compiled.left.every(({ reason }) => reason.startsWith('it has no'))) {
    throw failure('unknown-column', { column: /'(.*)'/.exec(compiled.left[0]!.reason)?.[1] ?? '', near: [], where: usable.map((row) => row.name).join(', ') });
  }
  const chosen = usable.filter((row) => compiled.datasets.includes(row.name));
  const plates: PlateInput[] = chosen.map((row) => ({ name: row.name, path: row.path, fingerprint: row.fingerprint, facts: row.facts! }));
  const matches = plates.length === 0 ? [] : await ask(workspace, plates, compiled.where, options);
  const lines = lineIds(db);
  const names = new Map([...lines].filter(([name, line]) => name !== line).map(([name, line]) => [line, name]));
  const found = matches.map((match, i) => ({ match, row: chosen[i]!, groups: options.plain ? [] : conditionsOf(match.groups, chosen[i]!.name, lines) })).filter(({ match }) => match.cells > 0);
  const sum = (of: (one: (typeof found)[number]) => number): number => found.reduce((total, one) => total + of(one), 0);
  const inRowOrder = found.every(({ row }) => row.facts!.matrix.kind === 'csr_matrix');
  return {
    ok: true, definition: 'registered', estimated: !inRowOrder,
    cells: sum(({ match }) => match.cells), nonzeros: Math.round(sum(({ match }) => match.stored)), bytes: sum(({ match }) => match.bytes), file_bytes: sum(({ row }) => row.bytes),
    seconds: sum(({ match }) => match.touchedCells) / (cellsPerCoreSecond * Math.max(1, options.cores)),
    plates: found.map(({ match, row, groups }) => ({
      plate: groups[0]?.plate ?? row.name, dataset: row.name, cells: match.cells, nonzeros: Math.round(match.stored), bytes: match.bytes, file_bytes: row.bytes,
    })),
    samples: samplesOf(found.flatMap(({ groups }) => groups)),
    conditions: conditionRows(found.flatMap(({ groups }) => groups), names),
    notes: [
      ...resolved.notes, ...(query.where === undefined ? [] : whereNotes(db, parseWhere(query.where), usable.map((row) => row.name))), ...found.flatMap(({ row }) => remoteNote(row)), ...(found.length === 0 ? ['no registered cell fits all of this together'] : []),
      ...(inRowOrder ? [] : ['a file that is not in row order is read whole: its values and bytes are estimates']),
    ],
  };
}

/** What is read from afar takes the time of the line, which the seconds do not count. */
function remoteNote({ name, path }: DatasetRow): string[] {
  const remote = remoteFacts(path);
  return remote ? [`${name} is ${remoteWords(remote)}`] : [];
}

async function ask(workspace: Workspace, plates: readonly PlateInput[], where: string | null, options: PlateQueryOptions): Promise<readonly PlateMatches[]> {
  const answer = await callEngine<QueryJobAnswer>(
    { kind: 'query', id: asJobId(randomUUID()), plates, where: plates.map(() => where), by: options.plain ? [] : by, cache: workspace.folders.cache },
    { start: options.start, ...(options.signal ? { signal: options.signal } : {}) },
  );
  if (!answer) throw failure('internal', { detail: 'the engine counted nothing' });
  return answer.plates;
}

function samplesOf(groups: readonly GroupRow[]): QuerySample[] {
  const merged = Map.groupBy(groups.filter(({ sample }) => sample !== ''), ({ plate, sample }) => `${plate}\t${sample}`);
  return [...merged.values()]
    .map((rows) => ({ sample: rows[0]!.sample, plate: rows[0]!.plate, drug: rows[0]!.drug, dose: rows[0]!.dose, unit: rows[0]!.unit, cells: rows.reduce((n, row) => n + row.cells, 0) }))
    .sort((a, b) => comparePlates(a.plate, b.plate) || comparePlates(a.sample, b.sample));
}

function conditionRows(groups: readonly GroupRow[], names: ReadonlyMap<string, string>): QueryCondition[] {
  const merged = Map.groupBy(groups, ({ plate, drug, dose, line }) => JSON.stringify([plate, drug, dose, line]));
  return [...merged.values()]
    .map((rows) => {
      const { plate, drug, dose, line } = rows[0]!;
      const total = (of: (row: GroupRow) => number): number => rows.reduce((n, row) => n + of(row), 0);
      return { plate, drug, dose, line, line_name: names.get(line) ?? line, cells: total((row) => row.cells), nonzeros: Math.round(total((row) => row.stored)) };
    })
    .sort((a, b) => comparePlates(a.plate, b.plate) || comparePlates(a.drug, b.drug) || (a.dose ?? 0) - (b.dose ?? 0) || comparePlates(a.line_name, b.line_name));
}
