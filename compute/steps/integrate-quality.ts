/** Measures a sample of cells before and after: mixing, labels, clusters, matched controls; and says what it comes to. */
import type { Knn } from '../graph/knn.ts';
import { adjustedRand, crossTable, normalisedMutualInformation } from '../integration/agreement.ts';
import type { Crew } from '../integration/crew.ts';
import { drawWithout } from '../integration/density.ts';
import { firstNeighbors } from '../integration/loop.ts';
import { batchEntropy, mean, overlapOf, sameShare, strainOf, trustworthiness } from '../integration/measures.ts';
import { judge, measurePanel, mixedShare, panelNeighbors, type Judgement, type Panel, type PanelGroups } from '../integration/panel.ts';
import type { Rows } from '../integration/search.ts';
import type { StoredArray } from '../results/array.ts';
import type { StepContext } from './contract.ts';
import { readGroups, signed, type Groups } from './integrate-batches.ts';
import { readRows } from './integrate-centroids.ts';

export interface Side extends Panel {
  readonly clusters: number;
  readonly ARI: number | null;
  readonly NMI: number | null;
  readonly controls: ControlSide | null;
}

/** Mixing among controls of one label, where batches should look alike, and how far treated cells stay from them. */
export interface ControlSide {
  readonly label: string | null;
  readonly cells: number;
  readonly mix: number;
  readonly same_batch: number;
  /** Share of a control cell's neighbours that are controls, among controls and treated cells of the label in equal numbers. */
  readonly separation: number | null;
}

export interface Quality extends Judgement {
  readonly cells: number;
  readonly batches: number;
  readonly ceiling: number;
  readonly full_mixing: number;
  readonly before: Side;
  readonly after: Side;
  readonly overlap: number;
  readonly strain: number;
  readonly trustworthiness: number;
  readonly notes: readonly string[];
}

const graphNeighbors = 14;
const mostControls = 5000;

export async function measureQuality(
  context: StepContext<'integrate'>, source: StoredArray, result: StoredArray, batches: Groups, unchanged: boolean, crew: Crew,
): Promise<Quality> {
  const { params, seed } = context;
  const ids = drawWithout(batches.codes.length, Math.min(params.eval_cells, batches.codes.length), seed, 0x7061);
  const labels = params.label_key === null ? null : await readGroups(context, params.label_key);
  const groups: PanelGroups = {
    batches: signed(batches, ids), batchCount: batches.names.length, labels: labels && signed(labels, ids), labelCount: labels?.names.length ?? 0,
  };
  const controls = await controlCells(context, batches, labels);
  const old = readRows(context, source, ids);
  const now = readRows(context, result, ids);
  const listsBefore = await crew.neighbors(old, panelNeighbors);
  const listsAfter = await crew.neighbors(now, panelNeighbors);
  const before = await measureSide(context, listsBefore, groups, controls, source, crew);
  const after = await measureSide(context, listsAfter, groups, controls, result, crew);
  const full = mixedShare(groups);
  const ceiling = Math.log(batches.names.length);
  const graph = firstNeighbors(listsBefore, 20);
  return {
    ...judge(before, after, full, ceiling, unchanged), cells: ids.length, batches: batches.names.length, ceiling, full_mixing: full, before, after,
    overlap: overlapOf(firstNeighbors(listsBefore, 30), firstNeighbors(listsAfter, 30)), strain: strainOf(now, graph, graph.distances),
    trustworthiness: trustworthiness(old, now, 30, params.trust_subsample, seed, crew.kernels), notes: labelNotes(batches, labels),
  };
}

async function measureSide(
  context: StepContext<'integrate'>, lists: Knn, groups: PanelGroups, controls: Controls | null, array: StoredArray, crew: Crew,
): Promise<Side> {
  const n = groups.batches.length;
  const { connectivities } = await context.call('connect', { knn: firstNeighbors(lists, graphNeighbors), n });
  const found = await context.call('leiden', { connectivities, n, resolution: 1, iterations: -1, seed: context.seed });
  const table = groups.labels ? crossTable(groups.labels, groups.labelCount, found.labels, found.sizes.length) : null;
  return {
    ...measurePanel(lists, groups), clusters: found.sizes.length, ARI: table && adjustedRand(table), NMI: table && normalisedMutualInformation(table),
    controls: controls && await measureControls(context, controls, array, crew),
  };
}

interface Controls {
  readonly label: string | null;
  readonly controls: Uint32Array;
  readonly controlBatches: Int32Array;
  readonly batchCount: number;
  /** As many controls as treated cells of the same label, ascending; null when there are none treated. */
  readonly both: { readonly ids: Uint32Array; readonly treated: Int32Array } | null;
}

/** Control cells of the label that has most of them; null without treatments or with controls in fewer than two batches. */
async function controlCells(context: StepContext<'integrate'>, batches: Groups, labels: Groups | null): Promise<Controls | null> {
  const { params, seed } = context;
  if (!(await context.input.groupColumns()).includes(params.control_key)) return null;
  const drugs = await readGroups(context, params.control_key);
  const control = drugs.names.indexOf(params.control);
  if (control < 0) return null;
  const perLabel = new Map<number, number>();
  drugs.codes.forEach((code, i) => {
    if (code === control) perLabel.set(labels ? labels.codes[i]! : 0, (perLabel.get(labels ? labels.codes[i]! : 0) ?? 0) + 1);
  });
  const [label = 0] = [...perLabel].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [];
  const all = (wanted: boolean): Uint32Array => Uint32Array.from(drugs.codes.keys()).filter((i) => (labels ? labels.codes[i]! : 0) === label && (drugs.codes[i] === control) === wanted);
  const part = (ids: Uint32Array, most: number, stream: number): Uint32Array => Uint32Array.from(drawWithout(ids.length, Math.min(most, ids.length), seed, stream), (i) => ids[i]!);
  const controls = part(all(true), mostControls, 0x6374);
  const controlBatches = signed(batches, controls);
  if (new Set(controlBatches).size < 2) return null;
  const treated = part(all(false), controls.length, 0x7472);
  const matched = part(controls, treated.length, 0x6d63);
  const ids = Uint32Array.from([...matched, ...treated]).sort();
  return {
    label: labels ? (labels.names[label] ?? null) : null, controls, controlBatches, batchCount: batches.names.length,
    both: treated.length < 10 ? null : { ids, treated: Int32Array.from(ids, (id) => Number(drugs.codes[id] !== control)) },
  };
}

async function measureControls(context: StepContext<'integrate'>, { label, controls, controlBatches, batchCount, both }: Controls, array: StoredArray, crew: Crew): Promise<ControlSide> {
  const near = (rows: Rows): Promise<Knn> => crew.neighbors(rows, 30);
  const lists = await near(readRows(context, array, controls));
  return {
    label, cells: controls.length, mix: mean(batchEntropy(lists, controlBatches, batchCount, 30)), same_batch: sameShare(lists, controlBatches, 30),
    separation: both && sameShare(await near(readRows(context, array, both.ids)), both.treated, 30),
  };
}

/** Batches that share no label cannot be told from their cells: mixing them would be wrong. */
function labelNotes(batches: Groups, labels: Groups | null): string[] {
  if (!labels) return [];
  const has = batches.names.map(() => new Set<number>());
  batches.codes.forEach((batch, i) => has[batch]?.add(labels.codes[i]!));
  const alone = batches.names.filter((_, b) => has.every((other, o) => o === b || [...has[b]!].every((label) => !other.has(label))));
  return alone.map((name) => `${name} shares no label with any other batch: its cells have no partners, and mixing them in would be wrong`);
}
