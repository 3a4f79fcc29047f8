import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { listDrugs, listLines, listPlates, listSamples } from '../catalog/atlas.ts';
import { queryConditions } from '../catalog/condition-query.ts';
import { runSql } from '../catalog/sql.ts';
import { scratchFolder, scratchWorkspace } from '../workspace.cases.ts';
import { openWorkspace } from '../workspace.ts';
import { joinGeneList, requirePolicy } from './gene-join.ts';
import { importAtlas } from './import-atlas.ts';

const tables = join(process.env['TRUCKEE_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data'), 'tahoe');

describe.skipIf(!existsSync(tables))('the published tables of the atlas', () => {
  const folder = mkdtempSync(join(tmpdir(), 'truckee-atlas-'));
  const opened = openWorkspace(folder);
  const workspace = () => opened;
  afterAll(() => {
    opened.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('are imported whole, with their odd labels found and joined', async () => {
    const report = await importAtlas(workspace().catalog, tables);
    expect(Object.fromEntries(report.imported.map(({ kind, rows }) => [kind, rows]))).toEqual({ drugs: 379, cell_lines: 102, genes: 62_710, samples: 1344, conditions: 65_943 });
    expect(report.labels.map(({ label }) => label).sort()).toEqual(['Erdafitinib ', 'Selinexor ']);
    expect(report.join).toEqual({ drugs: 380, controls: 1, matched: 379, unmatched: [] });
    expect(report.flaws).toEqual([]);
    const { catalog } = workspace();
    expect(listLines(catalog, true)).toHaveLength(50);
    expect(listLines(catalog).find(({ name }) => name === 'A549')).toMatchObject({ line: 'CVCL_0023', organ: 'Lung' });
    expect(listPlates(catalog).map(({ plate }) => plate)).toEqual(Array.from({ length: 14 }, (_, i) => `plate${i + 1}`));
    expect(listPlates(catalog).reduce((n, { cells }) => n + cells, 0)).toBe(100_648_790);
    expect(listSamples(catalog).filter(({ drug }) => drug === 'Erdafitinib')[0]).toMatchObject({ drugLabel: 'Erdafitinib ' });
    expect(listDrugs(catalog).filter(({ targets }) => targets.length === 0)).toHaveLength(115 + 1);
    expect(listDrugs(catalog).find(({ drug }) => drug === 'Dabrafenib')).toMatchObject({ targets: ['BRAF', 'RAF1'], moaFine: 'RAF inhibitor', pubchemCid: '44462760' });
  });

  test('answer the Dabrafenib question with the published counts (C1)', () => {
    const answer = queryConditions(workspace().catalog, { drug: ['Dabrafenib'] }, '', 2);
    expect(answer).toMatchObject({ cells: 265_732, definition: 'released', estimated: true });
    expect(answer.plates.map(({ plate, cells }) => [plate, cells])).toEqual([['plate1', 67_212], ['plate2', 74_421], ['plate3', 124_099]]);
    expect(answer.samples.map(({ sample, dose }) => [sample, dose])).toEqual([['smp_1525', 0.05], ['smp_1621', 0.5], ['smp_1717', 5]]);
    expect(answer.conditions).toHaveLength(150);
    // Published: three files of some 57 GB, plate 3 of 12.27 GB.
    expect(Math.abs(answer.file_bytes / 57e9 - 1)).toBeLessThan(0.03);
    expect(Math.abs(answer.plates[2]!.file_bytes / 12.27e9 - 1)).toBeLessThan(0.03);
    expect(answer.bytes).toBeLessThan(answer.file_bytes);
  });

  test('narrow by every field, and count controls by whole name', () => {
    const ask = (query: Parameters<typeof queryConditions>[1]) => queryConditions(workspace().catalog, query, '', 2);
    expect(ask({ drug: ['DMSO_TF'] }).cells).toBe(2_330_156);
    expect(ask({ line: ['SW480'] }).cells).toBe(6_364_321);
    expect(ask({ drug: ['dabrafenib'], dose: [5], line: ['CVCL_0023'] })).toMatchObject({ cells: 3684, notes: [expect.stringContaining("'Dabrafenib'")] });
    expect(ask({ drug: ['Erdafitinib '] }).cells).toBe(ask({ drug: ['Erdafitinib'] }).cells);
    expect(ask({ where: "drug in ['Erdafitinib ']" }).cells).toBe(ask({ drug: ['Erdafitinib'] }).cells);
    expect(ask({ sample: ['smp_1717'] }).cells).toBe(124_099);
    expect(ask({ where: "drug == 'Dabrafenib' and not dose < 1" }).cells).toBe(124_099);
    expect(ask({ drug: ['Dabrafenib'], plate: ['plate14'] })).toMatchObject({ cells: 0, notes: ['no condition fits all of this together'] });
    const braf = new Set(ask({ target: ['BRAF'], tissue: ['Skin'] }).conditions.map(({ drug }) => drug));
    expect([...braf].sort()).toEqual(['Dabrafenib', 'Encorafenib', 'Regorafenib', 'Vemurafenib']);
    expect(() => ask({ drug: ['Dabrafenb'] })).toThrow("no drug called 'Dabrafenb'");
    expect(() => ask({ where: 'pcnt_mito < 0.1' })).toThrow('per cell only');
    expect(() => ask({ level: ['full'] })).toThrow('pass_filter');
  });

  test('join a list of wanted genes: 18,080 of the challenge, 17,741 shared, 339 missing, and a decision is asked for', () => {
    const { catalog } = workspace();
    const list = join(tables, '..', 'vcc', 'gene_names.csv');
    const found = joinGeneList(catalog, list, null);
    expect([found.wanted, found.shared, found.missing.length, new Set(found.missing).size]).toEqual([18_080, 17_741, 339, 339]);
    expect(() => requirePolicy(found, list)).toThrow(/339/);
    expect(() => requirePolicy(joinGeneList(catalog, list, 'reject'), list)).toThrow(/339/);
    expect((['fill', 'drop'] as const).map((policy) => {
      const made = joinGeneList(catalog, list, policy);
      requirePolicy(made, list);
      return made.genes;
    })).toEqual([18_080, 17_741]);
  });
});

describe('tables that are not what they should be', () => {
  const header = 'drug,cell_name,plate,conc,n_cells\n';
  const write = (files: Readonly<Record<string, string | Uint8Array>>): string => {
    const folder = join(scratchFolder(), 'tables');
    mkdirSync(folder);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return folder;
  };

  test.each([
    ['a short row', `${header}A,B,plate1,5\n`, 'it has 4 fields'],
    ['a quote without end', `${header}"A,B,plate1,5,10\n`, 'a quoted field does not end'],
    ['a count that is none', `${header}A,B,plate1,5,many\n`, 'n_cells is no count'],
    ['an empty drug', `${header},B,plate1,5,3\n`, 'drug is empty'],
  ])('refuse %s and change nothing', async (_, text, reason) => {
    const { catalog } = scratchWorkspace();
    await importAtlas(catalog, write({ 'c.csv': `${header}A,B,plate1,5,10\n` }));
    await expect(importAtlas(catalog, write({ 'c.csv': text }))).rejects.toThrow(reason);
    expect(queryConditions(catalog, { drug: ['A'] }, '', 1).cells).toBe(10);
  });

  test('leave damaged Parquet alone, read gzip CSV with quotes and CRLF', async () => {
    const { catalog } = scratchWorkspace();
    const folder = write({ 'x.parquet': 'PAR1 not really', 'c.csv.gz': gzipSync(`\uFEFF${header}"A ""b"", c",L,plate2,0.0500000007,7\r\nA,L,plate2,5,1`) });
    const report = await importAtlas(catalog, folder);
    expect(report.skipped[0]).toMatchObject({ file: 'x.parquet', reason: expect.stringContaining('Parquet') });
    expect(queryConditions(catalog, { drug: ['A "b", c'], dose: [0.05] }, '', 1).cells).toBe(7);
    await expect(importAtlas(catalog, write({ 'a.txt': 'x' }))).rejects.toThrow('No table of drugs');
  });
});

describe('tables of other data sets', () => {
  const folderOf = (files: Readonly<Record<string, string>>): string => {
    const folder = join(scratchFolder(), 'tables');
    mkdirSync(folder);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return folder;
  };
  const obs = `,drug,cell_line,batch,sample,dose,n_genes,pcnt_mito
a-1,"X, mixed ",L1,b1,s1,0.5,100,0.1
a-2,"X, mixed",L1,b1,s1,0.5,300,0.3
a-3,"X, mixed",L2,b1,s1,0.5,200,0.2
a-1,"<b>'"";DROP TABLE drugs",L1,b2,s2,5,50,
`;

  test('obs of any data set is counted by condition, with the means of its samples; var gives the genes', async () => {
    const { catalog } = scratchWorkspace();
    const report = await importAtlas(catalog, folderOf({ 'obs.csv': obs, 'var.csv': 'gene_name,gene_id,more\nA,ENSG1.2,x\nB,ENSG2,y\n' }));
    expect(report).toMatchObject({ imported: [{ kind: 'genes', rows: 2 }, { kind: 'cells', file: 'obs.csv', rows: 4 }], labels: [{ label: 'X, mixed ', key: 'X, mixed' }] });
    const answer = queryConditions(catalog, { drug: ['X, mixed'] }, '', 1);
    expect(answer).toMatchObject({ definition: 'cells listed in obs.csv', cells: 3, nonzeros: 3 * 200 });
    expect(answer.conditions.map(({ line, plate, dose, cells }) => [line, plate, dose, cells])).toEqual([['L1', 'b1', 0.5, 2], ['L2', 'b1', 0.5, 1]]);
    expect(answer.samples).toMatchObject([{ sample: 's1', cells: 3 }]);
    // A name that would be code elsewhere is a name here.
    expect(queryConditions(catalog, { drug: [`<b>'";DROP TABLE drugs`] }, '', 1)).toMatchObject({ cells: 1 });
    expect(catalog.prepare('SELECT ensembl_id FROM genes ORDER BY symbol').pluck().all()).toEqual(['ENSG1', 'ENSG2']);
  });

  test('columns with other names are named; what is no dose, or no label, is refused and changes nothing', async () => {
    const { catalog } = scratchWorkspace();
    const odd = folderOf({ 'odd.csv': 'who,what,where\n1,A,p\n2,A,p\n' });
    await expect(importAtlas(catalog, odd)).rejects.toThrow('No table of drugs');
    await importAtlas(catalog, odd, { columns: { drug: 'what', plate: 'where' } });
    expect(queryConditions(catalog, { drug: ['A'] }, '', 1)).toMatchObject({ cells: 2, conditions: [{ plate: 'p', line: 'unknown' }] });
    await expect(importAtlas(catalog, folderOf({ 'a.csv': 'cell,drug,dose\n1,A,much\n' }))).rejects.toThrow('dose is no dose');
    await expect(importAtlas(catalog, folderOf({ 'a.csv': 'cell,drug\n1,\n' }))).rejects.toThrow('drug is empty');
    expect(queryConditions(catalog, { drug: ['A'] }, '', 1).cells).toBe(2);
  });

  test.skipIf(!existsSync(tables))('a Parquet table with a row per cell is folded whole', async () => {
    const { catalog } = scratchWorkspace();
    const report = await importAtlas(catalog, join(tables, 'cell_line_variants.parquet'), { columns: { drug: 'variant_type' } });
    expect(report.imported).toEqual([{ kind: 'cells', file: 'cell_line_variants.parquet', rows: 70_956 }]);
    expect(catalog.prepare('SELECT sum(cells) FROM conditions').pluck().get()).toBe(70_956);
  });
});

describe('SQL', () => {
  test('reads, and does nothing else', async () => {
    const workspace = scratchWorkspace();
    const ask = (sql: string, seconds = 5) => runSql(join(workspace.root, 'catalog.sqlite'), sql, { mostRows: 3, seconds });
    expect(await ask("SELECT ';drop' AS a, 2 AS b")).toEqual({ columns: ['a', 'b'], rows: [[';drop', 2]], more: false });
    expect(await ask('VALUES (1), (2), (3), (4)')).toMatchObject({ rows: [[1], [2], [3]], more: true });
    for (const sql of ['DELETE FROM jobs', "ATTACH 'x' AS y", 'PRAGMA user_version = 9', 'SELECT 1; DROP TABLE jobs', 'WITH a AS (SELECT 1) DELETE FROM jobs', '', 'SELECT * FROM pragma_database_list', 'SELECT * FROM nothing', "SELECT load_extension('x')"]) {
      await expect(ask(sql), sql).rejects.toThrow('not run');
    }
    expect(await ask("SELECT 9223372036854775807 AS a, 3 AS a, x'00' AS b")).toEqual({ columns: ['a', 'a_2', 'b'], rows: [['9223372036854775807', 3, '(1 bytes)']], more: false });
    // On other systems nobody tells.
    if (process.platform === 'linux') await expect(ask('SELECT length(randomblob(500000000) || randomblob(400000000))', 60)).rejects.toThrow('more memory');
    await expect(ask('WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a) SELECT count(*) FROM a', 1)).rejects.toThrow('within 1 s');
  });
});
