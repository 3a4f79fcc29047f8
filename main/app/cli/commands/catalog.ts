/** `truckee catalog`: imports the atlas's tables, and says what the catalog knows. */
import { failure } from '../../../../protocol/errors.ts';
import { formatBytes, formatCount } from '../../../../protocol/format.ts';
import { listDrugs, listImports, listLines, listPlates } from '../../../catalog/atlas.ts';
import { countDefinitions } from '../../../catalog/counts.table.ts';
import { adviseFormats } from '../../../datasets/formats.table.ts';
import { cellRoles, type NamedColumns } from '../../../datasets/cell-tables.ts';
import { joinGeneList, joinPolicies, requirePolicy } from '../../../datasets/gene-join.ts';
import { freeBytes } from '../../../preflight/hardware.ts';
import { importAtlas } from '../../../datasets/import-atlas.ts';
import type { Workspace } from '../../../workspace.ts';
import type { Command, CommandContext } from '../command.ts';
import { withLockedWorkspace, withWorkspace } from '../session.ts';

export const catalog: Command = {
  name: 'catalog',
  summary: 'Import the metadata tables of an atlas (drugs, cell lines, genes, samples, conditions), or list what is known.',
  usage: 'import DIR | show | drugs | lines | plates | counts | formats | genes LIST',
  options: {
    column: { value: 'ROLE=NAME', multiple: true, help: `import: what a column of a table of cells means (${cellRoles.join(', ')}).` },
    policy: { value: 'fill|drop|reject', help: 'genes: what becomes of wanted genes that the atlas lacks.' },
  },
  help: () => 'DIR holds Parquet or CSV tables, or is one; what each is about is told by its columns. A table of cells (obs) is counted by condition. Nothing is imported when one of them is damaged.',
  run(context) {
    const [action, ...rest] = context.positionals;
    if (action === 'import' && rest.length === 1) return withLockedWorkspace(context.workspacePath, (workspace) => importFolder(workspace, rest[0]!, context));
    if (action === 'genes' && rest.length === 1) return withWorkspace(context.workspacePath, async (workspace) => showJoin(workspace, rest[0]!, context));
    if (action === undefined || rest.length > 0 || !(action in shows)) throw failure('bad-usage', { command: 'catalog', reason: 'catalog needs import DIR, genes LIST, show, drugs, lines, plates, counts or formats' });
    return withWorkspace(context.workspacePath, async (workspace) => shows[action as keyof typeof shows](workspace, context));
  },
};

async function importFolder(workspace: Workspace, folder: string, { say, signal, options }: CommandContext): Promise<number> {
  const report = await importAtlas(workspace.catalog, folder, { signal, columns: namedColumns(options.all('column')) });
  for (const table of report.imported) say.line(`${table.kind}: ${formatCount(table.rows)} from ${table.file}`);
  for (const { file, reason } of report.skipped) say.line(`  - ${file} left alone: ${reason}`);
  for (const { label, key } of report.labels) say.line(`  - '${label}' is matched as '${key}'; the label stays as it is`);
  for (const { sample, reason } of report.flaws.slice(0, 10)) say.line(`  ! ${sample}: ${reason}`);
  const { join } = report;
  if (join.drugs > 0) say.line(`${formatCount(join.matched)} of ${formatCount(join.drugs)} drug labels have metadata, ${join.controls} control${join.unmatched.length > 0 ? `, without: ${join.unmatched.slice(0, 5).join(', ')}` : ''}`);
  say.json({ ok: true, ...report });
  return 0;
}

/** @throws bad-usage */
function namedColumns(given: readonly string[]): NamedColumns {
  return Object.fromEntries(given.map((text) => {
    const at = text.indexOf('=');
    const role = cellRoles.find((one) => one === text.slice(0, at));
    if (role === undefined) throw failure('bad-usage', { command: 'catalog', reason: `--column needs ROLE=NAME with a role of ${cellRoles.join(', ')}, not '${text}'` });
    return [role, text.slice(at + 1)];
  }));
}

function showJoin(workspace: Workspace, list: string, { options, say }: CommandContext): number {
  const given = options.text('policy');
  const policy = joinPolicies.find((one) => one === given) ?? null;
  if (given !== undefined && policy === null) throw failure('bad-usage', { command: 'catalog', reason: `--policy is ${joinPolicies.join(', ')}` });
  const join = joinGeneList(workspace.catalog, list, policy);
  say.line(`${formatCount(join.wanted)} genes wanted, ${formatCount(join.shared)} shared, ${formatCount(join.missing.length)} missing`);
  for (const gene of join.missing) say.line(`  ${gene}`);
  requirePolicy(join, list);
  say.line(`${formatCount(join.genes)} genes will be there${policy === 'fill' ? '; the missing ones are zero everywhere' : ''}`);
  say.json({ ok: true, ...join });
  return 0;
}

type Show = (workspace: Workspace, context: CommandContext) => number;

const shows: Readonly<Record<'show' | 'drugs' | 'lines' | 'plates' | 'counts' | 'formats', Show>> = {
  show({ catalog: db }, { say }) {
    const imports = listImports(db);
    for (const row of imports) {
      say.json({ kind: row.kind, file: row.file, rows: row.rows, digest: row.digest, imported_at: row.importedAt });
      say.line(`${row.kind.padEnd(11)} ${formatCount(row.rows).padStart(8)} rows from ${row.file}, ${row.importedAt.slice(0, 10)}`);
    }
    if (imports.length === 0) say.line('Nothing imported yet: truckee catalog import DIR.');
    say.json({ ok: true, tables: imports.length });
    return 0;
  },
  drugs({ catalog: db }, { say }) {
    const drugs = listDrugs(db);
    for (const { drug, targets, moaBroad, moaFine, approved, smiles, pubchemCid, cells } of drugs) {
      say.json({ drug, targets, moa_broad: moaBroad, moa_fine: moaFine, approved, smiles, pubchem_cid: pubchemCid, cells });
      say.line(`${drug.padEnd(36)} ${formatCount(cells).padStart(10)} cells  ${moaFine ?? ''}${targets.length > 0 ? ` (${targets.join(', ')})` : ''}`);
    }
    say.json({ ok: true, drugs: drugs.length });
    return 0;
  },
  lines({ catalog: db }, { say }) {
    const lines = listLines(db);
    for (const { line, name, depmap, organ, drivers, cells } of lines) {
      say.json({ line, name, depmap, organ, drivers, cells });
      say.line(`${name.padEnd(14)} ${line.padEnd(10)} ${formatCount(cells).padStart(10)} cells  ${organ ?? ''}${drivers.length > 0 ? ` (${drivers.join(', ')})` : ''}`);
    }
    say.json({ ok: true, lines: lines.length });
    return 0;
  },
  plates({ catalog: db }, { say }) {
    const plates = listPlates(db);
    for (const row of plates) {
      say.json(row);
      say.line(`${row.plate.padEnd(8)} ${formatCount(row.cells).padStart(11)} cells, ${row.samples} samples, ${row.drugs} drugs`);
    }
    say.json({ ok: true, plates: plates.length });
    return 0;
  },
  formats({ root }, { say }) {
    const formats = adviseFormats(freeBytes(root));
    for (const row of formats) {
      say.json(row);
      say.line(`${row.format.padEnd(30)} ${formatBytes(row.bytes).padStart(9)}${row.peakBytes === null ? '' : `, ${formatBytes(row.peakBytes)} while it is made`}  ${row.metadata ? '' : 'no metadata; '}${row.fits ? 'fits here' : 'does not fit here'}: ${row.words}`);
    }
    say.json({ ok: true, formats: formats.length });
    return 0;
  },
  counts(_workspace, { say }) {
    for (const row of countDefinitions) {
      say.json(row);
      say.line(`${formatCount(row.value).padStart(12)} ${row.unit.padEnd(11)} ${row.definition}`);
    }
    say.json({ ok: true, counts: countDefinitions.length });
    return 0;
  },
};
