/** Defects of a described file in words: what is wrong, where it is first seen. They do not stop the description. */
import type { InspectProblem } from '../../protocol/inspect.ts';
import { formatCount } from '../../protocol/format.ts';
import type { Column, MatrixSpec } from './contract.ts';
import { findDuplicates } from './duplicate-names.ts';
import { columnOf, labelsOf, type Frame } from './tables/frame.ts';
import type { MatrixScan } from './scan.ts';
import type { Place } from './scan-structure.ts';

type Kind = InspectProblem['kind'];

export function problem(kind: Kind, where: string, message: string): InspectProblem {
  return { kind, where, message };
}

/** What a full reading of one matrix has shown; `isCounts` when it is the matrix a run would take. */
export function scanProblems(spec: MatrixSpec, scan: MatrixScan, isCounts: boolean, geneName: (gene: number) => string): InspectProblem[] {
  const { slot } = spec.facts;
  const { tally } = scan;
  const out: InspectProblem[] = [];
  const at = (place: Place): string => `row ${place.row}, gene '${geneName(place.gene)}'`;
  const values = (count: number): string => (count === 1 ? 'one value' : `${formatCount(count)} values`);

  const { notFinite, negative, fractional } = tally;
  if (scan.notFinite) {
    out.push(problem('nan-values', slot, `${slot} holds ${values(notFinite.count)} NaN or infinite, first at ${at(scan.notFinite)}.`));
  }
  // Values below zero or between whole numbers are ordinary in a scaled or normalised matrix beside the counts.
  if (scan.negative && isCounts) {
    const first = `${negative.value} at ${at(scan.negative)}`;
    out.push(problem('negative-values', slot, `${slot} holds ${values(negative.count)} below zero, first ${first}.`));
  }
  if (scan.fractional && isCounts) {
    const first = `${fractional.value} at ${at(scan.fractional)}`;
    out.push(problem('not-counts', slot, `${slot} holds ${values(fractional.count)} with a fraction, first ${first}.`));
  }
  if (tally.zeros > 0 && spec.kind !== 'dense') {
    out.push(problem('explicit-zeros', slot, `${slot} stores ${formatCount(tally.zeros)} of its zeros as entries; they count as absent.`));
  }
  if (scan.unsorted !== null) {
    const what = spec.kind === 'csr' ? 'row' : 'gene';
    out.push(problem('unsorted-indices', slot, `The entries of ${slot} are not in rising order, first in ${what} ${scan.unsorted}.`));
  }
  return out;
}

/** Categories that differ from what they look like by blanks at an end. */
export function labelProblems(axis: 'obs' | 'var', name: string, values: Column | null): InspectProblem[] {
  if (values?.kind !== 'categorical') return [];
  const padded = values.categories.filter((label) => label !== label.trim());
  if (padded.length === 0) return [];
  const shown = padded.slice(0, 3).map((label) => `'${label}'`).join(', ');
  const more = padded.length > 3 ? ` and ${padded.length - 3} more` : '';
  const verb = padded.length === 1 ? 'One label begins or ends' : `${padded.length} labels begin or end`;
  return [problem('trailing-space-labels', `${axis}/${name}`, `${verb} with a blank in ${axis} column '${name}': ${shown}${more}.`)];
}

/** Names that should identify a cell or gene but occur more than once. */
export function duplicateProblems(axis: 'obs' | 'var', frame: Pick<Frame, 'length' | 'names'>): InspectProblem[] {
  const found = findDuplicates(frame);
  if (found === null) return [];
  const shown = found.examples.map((name) => `'${name}'`).join(', ');
  const what = found.count === 1 ? `One ${axis} name occurs` : `${formatCount(found.count)} ${axis} names occur`;
  return [problem(axis === 'obs' ? 'duplicate-obs-names' : 'duplicate-var-names', axis, `${what} more than once: ${shown}.`)];
}

const ensemblId = /^ENS[A-Z]*G\d{6,}(\.\d+)?$/;

/** Genes named by identifier although a column holds their symbols. */
export function geneIdProblems(names: readonly string[], frame: Frame): InspectProblem[] {
  const sample = names.slice(0, 1000);
  if (sample.length === 0 || sample.filter((name) => ensemblId.test(name)).length < 0.9 * sample.length) return [];
  const symbols = frame.columns.find((column) => isSymbolColumn(frame, column));
  const example = sample.find((name) => ensemblId.test(name));
  const where = symbols === undefined ? 'no column holds symbols' : `symbols are in var column '${symbols}'`;
  return [problem('gene-ids-as-index', 'var', `Genes are named by Ensembl identifiers (${example}); ${where}, and a prefix such as MT- matches nothing.`)];
}

function isSymbolColumn(frame: Frame, column: string): boolean {
  if (!/symbol|name|feature|gene/i.test(column)) return false;
  const labels = labelsOf(columnOf(frame, column, 'var', 0, Math.min(200, frame.length))).filter((label) => label !== null);
  const symbols = labels.filter((label) => /^[A-Za-z][\w.-]{1,20}$/.test(label) && !ensemblId.test(label));
  return labels.length > 0 && symbols.length > labels.length / 2 && new Set(symbols).size > symbols.length / 2;
}
