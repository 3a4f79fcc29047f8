/** Differential expression as its users run it, against scipy on the same plate; the same bytes however it is run. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { beforeAll, describe, expect, test } from 'vitest';
import { numberColumnNames } from '../../compute/differential/contract.ts';
import { generatePlate } from '../../compute/generator/index.ts';
import { readNumbers } from '../../compute/results/parquet/block-table.ts';
import type { Column } from '../../compute/stores/contract.ts';
import { anndataPython, runScript } from '../../compute/results/testing/python.ts';
import type { FoundSlots } from '../../compute/results/slots.ts';
import type { DeFacts, DeStratumFacts, TopOfTarget } from '../../compute/steps/de-facts.ts';
import { answerDe } from '../../compute/views/de.ts';
import { openDeTables } from '../../compute/views/de-tables.ts';
import { relativeGap } from '../../fixtures/golden.ts';
import type { FinishedRun } from '../support/finished-run.ts';
import { makeBatches, type Cell } from '../support/batches.ts';
import { writePlateFile } from '../support/plate-file.ts';
import { createTrial, scratch, truckee, type Trial } from '../support/truckee.ts';

let files: string[];
const full = { filter: { level: 'full' } };

beforeAll(async () => {
  const folder = scratch();
  const made = await truckee(['generate', folder, '--plates', '2', '--cells', '5000', '--genes', '900', '--lines', '2', '--seed', '7', '--workspace', join(folder, 'w')]);
  files = made.last['files'] as string[];
  usual = createTrial();
  await usual.add(files[0]!);
});

let usual: Trial;

/** In one workspace with one plate, or in a fresh one with other plates. */
async function run(params: Readonly<Record<string, unknown>>, plates: readonly string[] | null = null, workers = 2): Promise<FinishedRun> {
  const trial = plates === null ? usual : createTrial();
  if (plates !== null) await trial.add(...plates);
  return trial.run({ ...full, de: params }, { workers });
}

const folderOf = (done: FinishedRun): string => done.folder('de');
function numbersOf(done: FinishedRun, stratum: DeStratumFacts, target: number): Record<string, Float64Array> {
  const path = join(folderOf(done), stratum.file!);
  const fd = openSync(path, 'r');
  const found = Object.fromEntries(numberColumnNames.map((name) => [name, readNumbers(fd, path, stratum.places!, name, target)]));
  closeSync(fd);
  return found;
}

describe.skipIf(!anndataPython)('against scipy (needs Python)', () => {
  test.each([
    ['wilcoxon', {}], ['t-test', {}], ['wilcoxon_counts', {}], ['pseudobulk', {}], ['wilcoxon', { reference: 'rest', compat: 'scanpy' }],
  ] as const)('%s %o: statistics, p-values, means and rates of whole conditions', async (method, more) => {
    const done = await run({ method, ...more });
    const rest = 'reference' in more;
    const { strata, genes } = done.facts<DeFacts>('de');
    expect(genes).toBe(900);
    const stratum = strata.find((one) => one.targets.length > 10)!;
    const picked = [0, Math.floor(stratum.targets.length / 2), stratum.targets.length - 1];
    const requests = picked.map((target) => [stratum.labels['cell_line'], stratum.targets[target]!.target, method, rest, rest]);
    const answers = runScript(join(import.meta.dirname, 'de_reference.py'), files[0]!, JSON.stringify(requests)) as Record<string, (number | null)[] & number>[];
    picked.forEach((target, i) => {
      const wanted = answers[i]!;
      const found = numbersOf(done, stratum, target);
      expect([stratum.targets[target]!.cells, stratum.targets[target]!.reference_cells]).toEqual(wanted['cells']);
      if (stratum.target_sum !== null) expect(stratum.target_sum).toBe(wanted['target_sum']);
      if (method.startsWith('wilcoxon') && !rest) expect([...found['statistic']!]).toEqual(wanted['statistic']);
      const tolerance = { p_value: 1e-8, fdr: 1e-8, statistic: 1e-8, target_mean: 1e-9, ref_mean: 1e-9, log2_fold_change: 1e-8, pct_expressed_target: 1e-6, pct_expressed_ref: 1e-6 };
      for (const [name, most] of Object.entries(tolerance)) {
        const expected = wanted[name]!.map((value) => value ?? Number.NaN);
        expect(relativeGap(found[name]!, expected, name === 'statistic' || name === 'log2_fold_change' ? 1 : 1e-12), `${method} ${name}`).toBeLessThan(most);
      }
    });
  });
});

describe('a comparison', () => {
  let done: FinishedRun;
  let facts: DeFacts;
  beforeAll(async () => {
    done = await run({}, files);
    facts = done.facts<DeFacts>('de');
  });

  test('goes by plate and cell line against DMSO of the same (not a drug whose name has it), and says what it skipped and why', () => {
    expect(facts).toMatchObject({ reference: 'DMSO_TF', method: 'wilcoxon', strata_columns: ['cell_line', 'plate'], is_log1p: false });
    expect(facts.strata.length).toBe(4);
    expect(new Set(facts.strata.map((one) => one.plate)).size).toBe(2);
    const skipped = facts.strata.flatMap((one) => one.skipped);
    expect(skipped.length).toBeGreaterThan(3);
    expect(skipped.every((one) => one.cells < 10 && /fewer than 10( cells)?$/.test(one.because))).toBe(true);
    for (const { targets } of facts.strata) expect(targets.every((one) => one.cells >= 10 && !one.target.includes("('DMSO_TF'"))).toBe(true);
  });

  test('its table has the columns as named, in order, and any reader of Parquet reads it', async () => {
    const stratum = facts.strata.find((one) => one.file !== null)!;
    const file = await asyncBufferFromFile(join(folderOf(done), stratum.file!));
    const rows = await parquetReadObjects({ file, rowStart: 900, rowEnd: 1800 });
    expect(Object.keys(rows[0]!)).toEqual([
      'target', 'feature', 'target_mean', 'ref_mean', 'target_membership', 'ref_membership', 'log2_fold_change', 'percent_change', 'p_value', 'statistic', 'fdr',
      'neg_log10_p', 'pct_expressed_target', 'pct_expressed_ref',
    ]);
    expect(new Set(rows.map((row) => row['target']))).toEqual(new Set([stratum.targets[1]!.target]));
    expect(rows[0]).toMatchObject({ target_membership: BigInt(stratum.targets[1]!.cells), ref_membership: BigInt(stratum.reference_cells) });
    const significant = rows.filter((row) => Number(row['fdr']) < 0.05);
    expect(significant.length).toBe(stratum.targets[1]!.significant);
    const tops = JSON.parse(readFileSync(join(folderOf(done), stratum.file!.replace('.parquet', '.top.json')), 'utf8')) as TopOfTarget[];
    expect(tops.map((top) => top.significant)).toEqual(stratum.targets.map((one) => one.significant));
    expect(new Set(tops[1]!.genes)).toEqual(new Set(significant.map((row) => row['feature'])));
  });

  test('finds drugs that act and leaves those alone that do nothing', () => {
    const found = facts.strata.flatMap((one) => one.targets);
    expect(found.filter((one) => one.significant > 5).length).toBeGreaterThan(10);
    expect(found.filter((one) => one.significant === 0).length).toBeGreaterThan(10);
  });

  test('gives the same bytes with one worker', async () => {
    const again = await run({}, files, 1);
    expect(again.digests()).toEqual(done.digests());
  });

  test('of some drugs gives the numbers that all together give', async () => {
    const stratum = facts.strata.find((one) => one.targets.length > 10)!;
    const drug = /'([^']+)'/.exec(stratum.targets[3]!.target)![1]!;
    const some = await run({ groups: [drug] });
    const same = some.facts<DeFacts>('de').strata.find((one) => one.name === stratum.name)!;
    expect(same.targets).toEqual(stratum.targets.filter((one) => one.target.includes(`'${drug}'`)));
    const [a, b] = [numbersOf(some, same, 0), numbersOf(done, stratum, stratum.targets.findIndex((one) => one.target === same.targets[0]!.target))];
    for (const name of numberColumnNames) expect(a[name], name).toEqual(b[name]);
  });
});

test('two choices of cells instead of labels', async () => {
  const done = await run({ target_where: "phase == 'G2M'", reference_where: "phase == 'G1'", strata: [] });
  const { strata } = done.facts<DeFacts>('de');
  expect(strata.length).toBe(1);
  expect(strata[0]!.targets.map((one) => one.target)).toEqual(['target']);
  expect(strata[0]!.targets[0]!.significant).toBeGreaterThan(3);
});

test('plates 6 and 14, which hold the same treatments, agree; a plate of other doses has hardly a condition in common with them', async () => {
  const folder = scratch();
  const plates = [5, 6, 14].map((plate) => join(folder, `plate${plate}_demo.h5ad`));
  for (const [i, plate] of [5, 6, 14].entries()) await generatePlate({ plate, cells: 2500, genes: 150, lines: 1, seed: 7 }, {}, { path: plates[i]! });
  const done = await run({}, plates);
  const facts = done.facts<DeFacts>('de');
  const path = join(folderOf(done), 'uns/de.json');
  const slots: FoundSlots = { names: () => [], path: (slot) => (slot === 'uns/de' ? path : undefined), facts: () => facts };
  const tables = openDeTables(slots);
  const named = (plate: number): string => facts.strata.find((one) => one.plate.startsWith(`plate${plate}_`))!.name;
  const agree = (a: number, b: number) => {
    const answer = answerDe(tables, { ask: 'concordance', a: named(a), b: named(b), k: 20 }, new AbortController().signal);
    return answer.kind === 'concordance' ? answer.rows : [];
  };
  const strong = agree(6, 14).filter((row) => row.both >= 5);
  expect(strong.length).toBeGreaterThan(3);
  const mean = (values: readonly (number | null)[]): number => values.reduce<number>((sum, value) => sum + value! / values.length, 0);
  expect(mean(strong.map((row) => row.sameSign))).toBeGreaterThan(0.9);
  expect(mean(strong.map((row) => row.spearman))).toBeGreaterThan(0.6);
  expect(agree(5, 6).length).toBeLessThan(agree(6, 14).length / 4);
}, 90_000);

describe('what cannot be compared', () => {
  const fails = (params: Readonly<Record<string, unknown>>) => usual.fails({ ...full, de: params });

  test('a reference that no cell has, with what there is', async () => {
    const error = await fails({ groupby: 'drug', reference: 'DMSO_TG' });
    expect(error).toMatchObject({ kind: 'not-found' });
    expect(error.facts['near']).toContain('DMSO_TF');
  });

  test('columns that do not exist', async () => {
    expect(await fails({ groupby: 'drugs' })).toMatchObject({ kind: 'unknown-column' });
    expect(await fails({ strata: ['cell_lines'] })).toMatchObject({ kind: 'unknown-column' });
    expect(await fails({ target_where: "phase == 'G1'" })).toMatchObject({ kind: 'invalid-parameter' });
  });

  test('groups that are all too small', async () => {
    const error = await fails({ min_cells: 4000 });
    expect(error).toMatchObject({ kind: 'nothing-left', facts: { step: 'de' } });
    expect(error.message).toContain('fewer than 4000');
  });
});

test('truckee de: a drug by name in a line by name, its rows as CSV limited by significance and number, leading genes in SQL', async () => {
  const folder = scratch();
  const out = join(folder, 'rows.csv');
  const args = ['de', '--line', 'A549', '--workspace', usual.workspace];
  const { lines, last } = await truckee([...args, '--out', out, '--fdr', '0.05', '--top', '3']);
  expect(last).toMatchObject({ ok: true, out });
  const compared = lines.filter((line) => line['kind'] === 'comparison');
  expect(compared.length).toBe(last['comparisons']);
  const rows = readFileSync(out, 'utf8').trimEnd().split('\r\n');
  expect(rows[0]).toMatch(/^stratum,target,feature,target_mean,ref_mean,target_membership,ref_membership,log2_fold_change,percent_change,p_value,statistic,fdr,/);
  expect(rows.length - 1).toBe(compared.reduce((n, line) => n + Math.min(3, Number(line['significant'])), 0));
  expect(rows.length - 1).toBe(last['rows']);
  const asked = await truckee(['sql', 'SELECT count(*) AS n, max(place) AS place FROM de_top WHERE fdr < 0.05', '--workspace', usual.workspace]);
  expect(Number(asked.lines[0]!['n'])).toBeGreaterThan(rows.length - 1);
  const again = await truckee([...args, '--out', join(folder, 'tables')]);
  expect(again.last).toMatchObject({ ok: true, comparisons: last['comparisons'] });
  expect((await truckee([...args, '--out', out])).last).toMatchObject({ ok: false, error: { kind: 'already-exists' } });
});

test('values that are no counts are refused where counts are compared', async () => {
  const trial = createTrial();
  const cells = 40;
  const words = (word: (cell: number) => string): Column => {
    const categories = ['ctrl', 'x'];
    return { kind: 'categorical', codes: Int32Array.from({ length: cells }, (_, cell) => categories.indexOf(word(cell))), categories, ordered: false };
  };
  const matrix = { cells, genes: 3, indptr: Int32Array.from({ length: cells + 1 }, (_, cell) => cell), indices: Int32Array.from({ length: cells }, (_, cell) => cell % 3), values: new Float32Array(cells).fill(0.5) };
  await trial.add(await writePlateFile(join(scratch(), 'halves.h5ad'), matrix, { genes: ['a', 'b', 'c'], obs: { drug: words((cell) => (cell % 2 === 0 ? 'ctrl' : 'x')) } }));
  for (const method of ['wilcoxon', 'wilcoxon_counts']) {
    const error = await trial.fails({ de: { groupby: 'drug', reference: 'ctrl', strata: [], method } });
    expect(error).toMatchObject({ kind: 'not-counts' });
  }
}, 60_000);

describe('data that perturb genes', () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = createTrial();
    const knocked = ({ index }: Cell): string => ['ctrl', 'gene1', 'gene2', 'elsewhere'][index % 4]!;
    await trial.add(await makeBatches(scratch(), 'screen', {
      batches: 2, cells: 240, shift: 2, genes: 30, obs: { knocked, named: (cell) => (knocked(cell) === 'ctrl' ? null : knocked(cell)), wrong: ({ index }) => `gene${index % 5}`, plate: () => 'p1' },
    }));
  }, 60_000);
  const params = { groupby: 'knocked', reference: 'ctrl', mode: 'on_target', strata: [] };

  test('on_target: one gene of each condition, corrected over all of them; conditions without a gene among those measured get none', async () => {
    const done = await trial.run({ de: { ...params, gene_key: 'named' } });
    const { strata, genes } = done.facts<DeFacts>('de');
    expect(genes).toBe(2);
    expect(strata[0]!.targets.map((one) => one.target)).toEqual(['elsewhere', 'gene1', 'gene2']);
    const [other, first, second] = [0, 1, 2].map((target) => numbersOf(done, strata[0]!, target));
    expect([...other!['fdr']!].every(Number.isNaN)).toBe(true);
    const p = [first!['p_value']![0]!, second!['p_value']![1]!];
    const low = Math.min(...p);
    const rates = p.map((one) => Math.min(1, one === low ? Math.min(2 * low, Math.max(...p)) : one));
    expect([...first!['fdr']!, ...second!['fdr']!]).toEqual([rates[0], Number.NaN, Number.NaN, rates[1]]);
  }, 60_000);

  test('what does not go together is refused, in words', async () => {
    const fails = async (more: Readonly<Record<string, unknown>>): Promise<unknown> => {
      const { kind, facts } = await trial.fails({ de: { ...params, ...more } });
      return [kind, facts['parameter'], facts['reason']];
    };
    expect(await fails({})).toEqual(['invalid-parameter', 'gene_key', 'on_target needs the obs column that names the gene of each condition']);
    expect(await fails({ gene_key: 'wrong' })).toEqual(['invalid-parameter', 'gene_key', expect.stringMatching(/^\w+ names two genes, gene\d and gene\d$/)]);
    expect(await fails({ mode: 'all', method: 'pseudobulk', sample_key: 'batch' })).toEqual(['invalid-parameter', 'mode', 'wells are compared with those of one control (mode ref)']);
    expect(await fails({ mode: 'ref', tie_correct: false })).toEqual(['invalid-parameter', 'tie_correct', 'only with compat scanpy']);
  }, 60_000);
});
