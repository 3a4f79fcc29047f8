/** The public description of a file, from what opening it has shown and, on request, from reading every value. */
import type { InspectColumn, InspectMatrix, InspectProblem, InspectReport } from '../../protocol/inspect.ts';
import type { MatrixSpec } from './contract.ts';
import { isMinified, minifiedProblems } from './minified.ts';
import { obsProblems } from './obs-check.ts';
import { countedGenes, genesOf, type PlateParts } from './parts.ts';
import { duplicateProblems, geneIdProblems, labelProblems, problem, scanProblems } from './problems.ts';
import { scanMatrix, type MatrixScan } from './scan.ts';
import { describeColumn, type Frame } from './tables/frame.ts';

const firstNames = 2;
/** Cell names are compared without a scan up to this many: reading more takes seconds. */
const obsNamesUnscanned = 1_000_000;

/** Errors: cancelled, and those of reading. Defects of content are told in `problems`. */
export async function inspectParts(parts: PlateParts, options: { scan: boolean; signal?: AbortSignal }): Promise<InspectReport> {
  const problems: InspectProblem[] = [...parts.problems];
  const obs = describeFrame(parts.obs, 'obs', problems);
  const vars = describeFrame(parts.var, 'var', problems);
  problems.push(...contentProblems(parts, options.scan), ...minifiedProblems(parts), ...(await obsProblems(parts)));

  const described = new Map<string, InspectMatrix>();
  for (const spec of parts.matrices) {
    const scan = options.scan ? await scanMatrix(spec, options.signal) : null;
    described.set(spec.facts.slot, describeMatrix(spec, scan));
    if (scan === null) continue;
    // Where no matrix holds counts, the first shows why.
    const judged = spec === (parts.counts ?? parts.matrices[0]);
    const genes = genesOf(parts, spec);
    problems.push(...scanProblems(spec, scan, judged, (gene) => genes.names(gene, gene + 1)[0] ?? String(gene)));
  }

  const raw = parts.matrices.find((spec) => spec.facts.slot === 'raw/X');
  return {
    ok: true,
    path: parts.path,
    format: parts.format,
    bytes: parts.bytes,
    encoding: parts.encoding,
    n_obs: parts.obs.length,
    n_vars: parts.var.length,
    X: described.get('X') ?? null,
    layers: layersOf(described),
    raw: raw === undefined ? null : { n_vars: raw.facts.nVars, X: described.get('raw/X')! },
    obsm: parts.obsm,
    obs,
    var: vars,
    first_obs: parts.obs.names(0, Math.min(firstNames, parts.obs.length)),
    first_var: parts.var.names(0, Math.min(firstNames, parts.var.length)),
    counts_in: isMinified(parts) ? null : (parts.counts?.facts.slot ?? null),
    demo: parts.demo,
    ...(parts.takenFrom?.length ? { taken_from: parts.takenFrom } : {}),
    problems,
  };
}

function describeFrame(frame: Frame, axis: 'obs' | 'var', problems: InspectProblem[]): InspectColumn[] {
  return frame.columns.map((name) => {
    const { column, unsupported, values } = describeColumn(frame, name);
    if (unsupported !== null) {
      problems.push(problem('unsupported-column', `${axis}/${name}`, `The ${axis} column '${name}' is stored as ${unsupported}, which is not read.`));
    }
    problems.push(...labelProblems(axis, name, values));
    return column;
  });
}

/** What names and sizes show without reading a value of a matrix. */
function contentProblems(parts: PlateParts, scan: boolean): InspectProblem[] {
  const genes = countedGenes(parts);
  const geneNames = genes.names(0, genes.length);
  const held = { length: geneNames.length, names: (start: number, end: number) => geneNames.slice(start, end) };
  const out = [...duplicateProblems('var', held), ...geneIdProblems(geneNames, genes)];
  if (scan || parts.obs.length <= obsNamesUnscanned) out.push(...duplicateProblems('obs', parts.obs));
  if (parts.matrices.length === 0) {
    out.push(problem('no-matrix', 'X', 'The file holds no expression matrix: no X, no layers, no raw.'));
  } else if (parts.counts === null) {
    const slots = parts.matrices.map((spec) => spec.facts.slot).join(', ');
    out.push(problem('not-counts', 'X', `No matrix of this file is known to hold counts (looked at: ${slots}).`));
  }
  if (parts.obs.length === 0 || parts.var.length === 0) {
    out.push(problem('empty', parts.obs.length === 0 ? 'obs' : 'var', `The file has no ${parts.obs.length === 0 ? 'cells' : 'genes'}.`));
  }
  return out;
}

function describeMatrix(spec: MatrixSpec, scan: MatrixScan | null): InspectMatrix {
  const { kind, dtype, chunks, filter, shuffle } = spec.facts;
  const storage = { kind, dtype, chunks, filter, shuffle };
  if (scan === null) return storage;
  const { nonzero, sum, integer, max } = scan.tally;
  return { ...storage, nnz: nonzero, sum, integer, max };
}

function layersOf(described: ReadonlyMap<string, InspectMatrix>): Record<string, InspectMatrix> {
  const prefix = 'layers/';
  return Object.fromEntries([...described].filter(([slot]) => slot.startsWith(prefix)).map(([slot, matrix]) => [slot.slice(prefix.length), matrix]));
}
