/** Runs `de`: plate by plate, every condition against its control within each stratum. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { formatCount, nearNames } from '../../protocol/format.ts';
import { deFolder } from '../../steps/de.ts';
import type { PlateComparison } from '../differential/block.ts';
import type { Stratum } from '../differential/contract.ts';
import type { TopGenes } from '../differential/finish.ts';
import { openStored } from '../results/array.ts';
import { loadCheckpoint, saveCheckpoint } from '../results/checkpoint.ts';
import type { StepContext } from './contract.ts';
import { jsonNumber, type DeFacts, type DeStratumFacts, type TopOfTarget } from './de-facts.ts';
import { groupPlate, type PlateGroups } from './de-groups.ts';
import { choiceLabels, columnsRead, isMeant, labelsOf } from './de-labels.ts';
import { namedGenes, ownGenes } from './de-on-target.ts';
import { dropOrder, earlierPlaces, makeTables, orderByGene, testPlate, type TestedGenes } from './de-plate.ts';
import { cellArrays, mediansOf, samplesOf, slotTotals } from './de-values.ts';
import { keptGenes, keptRows } from './upstream.ts';

type Context = StepContext<'de'>;

export async function runDe(context: Context): Promise<void> {
  const { input, params } = context;
  if ((params.target_where === null) !== (params.reference_where === null)) {
    throw failure('invalid-parameter', { step: 'de', parameter: 'reference_where', value: 'null', reason: 'target_where and reference_where go together' });
  }
  refuseMode(context);
  await input.prepareColumns(columnsRead(context));
  refuseUnknownReference(context);
  const genes = testedGenes(context, params.mode === 'on_target' ? namedGenes(context) : null);
  const folder = join(context.checkpointFolder, 'plates');
  const saved = loadCheckpoint(folder, context.fingerprint);
  const strata: DeStratumFacts[] = saved ? [...(saved.meta['strata'] as DeStratumFacts[])] : [];
  for (let plate = saved?.tilesDone ?? 0; plate < input.plates.length; plate++) {
    strata.push(...(await comparePlate(context, plate, genes, strata.length)));
    saveCheckpoint(folder, { sequence: plate + 1, tag: context.fingerprint, tilesDone: plate + 1, meta: { strata }, arrays: {} });
    dropOrder(context, plate);
  }
  mkdirSync(join(context.folder, deFolder), { recursive: true });
  writeFileSync(join(context.folder, deFolder, 'genes.json'), JSON.stringify(genes.names));
  finish(context, strata, genes);
}

/** @throws invalid-parameter for modes that do not go together with the rest. */
function refuseMode({ params }: Context): void {
  const refuse = (parameter: string, value: string, reason: string): void => {
    throw failure('invalid-parameter', { step: 'de', parameter, value, reason });
  };
  if (params.mode === 'on_target' && params.gene_key === null) refuse('gene_key', 'null', 'on_target needs the obs column that names the gene of each condition');
  if (params.mode === 'on_target' && params.target_where !== null) refuse('mode', 'on_target', 'two choices of cells have no gene of their own');
  if (params.mode === 'all' && params.target_where !== null) refuse('mode', 'all', 'target_where and reference_where say what is compared with what');
  if (params.mode === 'all' && params.method === 'pseudobulk') refuse('mode', 'all', 'wells are compared with those of one control (mode ref)');
  if (params.tie_correct === false && params.compat !== 'scanpy') refuse('tie_correct', 'false', 'only with compat scanpy');
}

/** @throws not-found, listing labels, when no plate has the reference. */
function refuseUnknownReference({ input, params }: Context): void {
  if (params.target_where !== null || params.mode === 'all') return;
  const labels = new Set<string>();
  for (const ref of input.columnFiles(params.groupby!)) {
    if (ref.kind !== 'codes') throw failure('invalid-parameter', { step: 'de', parameter: 'groupby', value: params.groupby!, reason: 'it holds numbers, not labels' });
    for (const label of ref.categories) labels.add(label);
  }
  if ([...labels].some((label) => isMeant(label, params.reference))) return;
  const near = nearNames(params.reference, labels);
  throw failure('not-found', { what: `reference in ${params.groupby!}`, name: params.reference, near: near.length > 0 ? near : [...labels].sort().slice(0, 8) });
}

/** `only`: names of the genes that are wanted; null: all that were kept. */
function testedGenes(context: Context, only: ReadonlySet<string> | null): TestedGenes {
  const chosen = keptGenes(context);
  const kept = only === null ? chosen : Uint8Array.from(context.input.genes, (name, gene) => Number(only.has(name) && chosen?.[gene] !== 0));
  const position = new Int32Array(context.input.genes.length).fill(-1);
  const names = context.input.genes.filter((_, gene) => kept?.[gene] !== 0);
  let next = 0;
  for (let gene = 0; gene < position.length; gene++) if (kept?.[gene] !== 0) position[gene] = next++;
  return { names, position, all: kept === null };
}

function groupsOf(context: Context, at: number): PlateGroups {
  const { params, input } = context;
  const plate = input.plates[at]!;
  const { keep } = keptRows(context);
  const mask = keep === null ? null : Uint8Array.from(openStored(keep).read(plate.rowOffset, plate.rowOffset + plate.nObs));
  const choices = params.target_where === null ? null : choiceLabels(context, at);
  if (choices && choices.inBoth > 0) context.note(`${plate.name}: ${formatCount(choices.inBoth)} cells fit both choices and are left out`, 'warning');
  return groupPlate(labelsOf(context, at, params.strata!), choices ?? labelsOf(context, at, [params.groupby!]), mask, {
    reference: params.reference, groups: params.groups, minCells: params.min_cells, choices: choices !== null, rest: params.mode === 'all',
  });
}

async function comparePlate(context: Context, at: number, genes: TestedGenes, stratumNumber: number): Promise<DeStratumFacts[]> {
  const { params, input } = context;
  const { name: plate } = input.plates[at]!;
  const groups = groupsOf(context, at);
  const nameOf = (labels: readonly string[]): Pick<DeStratumFacts, 'name' | 'plate' | 'labels'> => ({
    plate, labels: Object.fromEntries(params.strata!.map((column, i) => [column, labels[i]!])), name: [plate, ...labels.filter((label) => label !== plate)].join(' · '),
  });
  const nothing = groups.skipped.map(({ labels, cells, skipped }): DeStratumFacts => ({
    ...nameOf(labels), file: null, places: null, cells, reference_cells: 0, target_sum: null, reference_depth: 0, targets: [], skipped,
  }));
  if (groups.strata.length === 0) {
    context.note(`${plate}: nothing to compare`, 'warning');
    return nothing;
  }
  const ordered = await orderByGene(context, at, groups, genes);
  const counted = params.method === 'wilcoxon_counts' || params.method === 'pseudobulk';
  const codes = groups.stratum.reduce((most, code) => Math.max(most, code), -1) + 1;
  const sums = counted ? null : params.target_sum === null ? mediansOf(ordered.totals, groups.stratum, codes) : new Float64Array(codes).fill(params.target_sum);
  const wells = params.method === 'pseudobulk' ? samplesOf(groups, labelsOf(context, at, [params.sample_key]), ordered.totals) : null;
  const files = groups.strata.map(({ labels }, i) => fileName(stratumNumber + i, [plate, ...labels.filter((label) => label !== plate)]));
  const earlier = earlierPlaces(context, at);
  const onTarget = params.mode === 'on_target' ? ownGenes(context, at, groups, genes) : null;
  const tables = makeTables(context, files, groups.strata, genes, earlier).map((table): Stratum => ({ ...table, onTarget: onTarget?.subarray(table.base + 1, table.base + 1 + table.targets) ?? null }));
  const comparison: PlateComparison = {
    cells: cellArrays(groups, ordered.totals, sums, wells?.sample ?? null), slotCells: groups.slotCells, slotTotals: slotTotals(groups, ordered.totals, sums),
    samples: wells?.samples ?? null, strata: tables, genes: genes.names.length,
    settings: { method: params.method, scanpy: params.compat === 'scanpy', tieCorrect: params.tie_correct !== false, geometricMean: params.geometric_mean, eps: params.eps, cpmFilter: params.cpm_filter },
  };
  const tops = await testPlate(context, at, comparison, ordered, earlier !== null && tables.every((table, i) => table.places === earlier[i]));
  const depths = mediansOf(ordered.totals, groups.slot, groups.slotCells.length);
  // Of all labelled cells: what one condition is compared with differs from that by its own cells only.
  const labelledDepths = params.mode === 'all' ? mediansOf(ordered.totals, groups.stratum.map((code, cell) => (groups.slot[cell]! < 0 ? -1 : code)), codes) : depths;
  const wellsOf = (slot: number): number => wells!.samples.slot.reduce((n, s) => n + Number(s === slot), 0);
  const compared = groups.strata.map((stratum, i): DeStratumFacts => {
    writeTop(context, files[i]!, stratum.targets.map((one) => one.target), tops[i]!, genes.names);
    const code = groups.stratum[groups.slot.indexOf(stratum.base + 1)]!;
    return {
      ...nameOf(stratum.labels), file: `${deFolder}/${files[i]!}`, places: tables[i]!.places, cells: stratum.cells, reference_cells: stratum.referenceCells,
      target_sum: sums?.[code] ?? null, reference_depth: params.mode === 'all' ? labelledDepths[code]! : depths[stratum.base]!, skipped: stratum.skipped,
      targets: stratum.targets.map(({ target, cells, referenceCells }, t) => ({
        target, cells, reference_cells: referenceCells, depth: depths[stratum.base + 1 + t]!, significant: tops[i]![t]!.significant, wells: wells ? [wellsOf(stratum.base + 1 + t), wellsOf(stratum.base)] : null,
      })),
    };
  });
  return [...compared, ...nothing];
}

/** Safe on every system, told apart by its number. */
function fileName(number: number, parts: readonly string[]): string {
  const words = parts.map((part) => part.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '_').slice(0, 40)).join('-');
  return `${String(number).padStart(3, '0')}-${words}.parquet`;
}

function writeTop(context: Context, file: string, targets: readonly string[], tops: readonly TopGenes[], genes: readonly string[]): void {
  const rows = targets.map((target, t): TopOfTarget => {
    const top = tops[t]!;
    return {
      target, significant: top.significant, genes: Array.from(top.genes, (gene) => genes[gene]!), log2_fold_change: Array.from(top.log2FoldChange, jsonNumber), p_value: [...top.p], fdr: [...top.fdr],
    };
  });
  writeFileSync(join(context.folder, deFolder, file.replace(/\.parquet$/, '.top.json')), JSON.stringify(rows));
}

/** Depths that differ by more than this share make ranks of raw counts misleading. */
const depthShare = 0.1;

function finish(context: Context, strata: readonly DeStratumFacts[], genes: TestedGenes): void {
  const { params } = context;
  const compared = strata.filter((one) => one.file !== null);
  const targets = compared.flatMap((stratum) => stratum.targets.map((target) => ({ stratum, target })));
  if (targets.length === 0) {
    const reasons = [...new Set(strata.flatMap((one) => one.skipped.map((skip) => skip.because)))].slice(0, 3).join('; ');
    throw failure('nothing-left', { step: 'de', before: context.input.nObs, axis: 'cells', detail: reasons || 'no cell has a label' });
  }
  const notes = ['p-values take cells as independent of one another; cells of one well are not'];
  if (params.method === 'pseudobulk') {
    const alone = targets.filter(({ target }) => target.wells!.some((n) => n < 2)).length;
    notes[0] = alone > 0 ? `${alone} of ${targets.length} comparisons have fewer than two wells on a side: only the size of the effect is given` : 'wells are compared, not cells';
  }
  if (params.method === 'wilcoxon_counts') {
    const off = targets.filter(({ stratum, target }) => Math.abs(target.depth - stratum.reference_depth) > depthShare * stratum.reference_depth).length;
    notes.push(`ranks of raw counts, not corrected for depth: in ${off} of ${targets.length} comparisons the median depth differs from the control's by more than 10 %`);
  }
  const skipped = strata.reduce((n, one) => n + one.skipped.length, 0);
  if (skipped > 0) notes.push(`${skipped} conditions or strata were skipped; the result lists each with its reason`);
  for (const note of notes) context.note(note, note.startsWith('ranks of raw counts') ? 'warning' : 'info');
  const facts: DeFacts = {
    params: { ...params }, method: params.method, reference: params.mode === 'all' ? 'rest' : params.target_where === null ? params.reference : params.reference_where!, strata_columns: params.strata!,
    is_log1p: false, genes: genes.names.length, strata, notes,
  };
  context.writeFacts('de', facts);
  context.outcome({
    method: params.method, reference: facts.reference, strata: compared.length, comparisons: targets.length, genes: genes.names.length, skipped,
    significant: targets.reduce((sum, { target }) => sum + target.significant, 0),
  });
}
