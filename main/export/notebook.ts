/**
 * A run as a Jupyter notebook (nbformat 4.5): the same analysis with scanpy, step by step, and at its end a comparison with
 * what Truckee computed. Pinned versions first; files by name only, below one folder that the reader sets.
 */
import type { MatrixKind, MatrixSlot } from '../../protocol/matrix.ts';
import type { InspectReport } from '../../protocol/inspect.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import type { NotebookCell } from '../../steps/define.ts';
import type { StepId } from '../../steps/table.ts';
import { compareCells } from './notebook.compare.ts';
import { gpuCells } from './notebook.gpu.ts';
import { introCells } from './notebook.intro.ts';
import { readCells } from './notebook.read.ts';
import { plotCells, stepCells } from './notebook.steps.ts';

export interface NotebookDataset {
  readonly name: string;
  /** File or folder; only the last part of a path is used. */
  readonly file: string;
  readonly format: InspectReport['format'];
  readonly cells: number;
  readonly genes: number;
  /** Stored entries of the matrix of counts. */
  readonly stored: number;
  readonly countsIn: MatrixSlot;
  readonly kind: MatrixKind;
  readonly demo: boolean;
}

export interface NotebookStep {
  readonly id: StepId;
  /** Resolved parameters. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** What Truckee's own run of a step gave. */
export interface NotebookResult {
  readonly step: string;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly outcome: Readonly<Record<string, unknown>>;
}

export interface NotebookInput {
  readonly title: string;
  readonly recipe: Pick<Recipe, 'name' | 'seed' | 'genes'>;
  readonly steps: readonly NotebookStep[];
  readonly datasets: readonly NotebookDataset[];
  readonly results: readonly NotebookResult[];
  readonly versions: { readonly truckee: string };
  /** Obs columns to colour plots by; those that are missing are passed over. */
  readonly colors?: readonly string[];
  /** Written for rapids-singlecell on an NVIDIA GPU instead of scanpy. */
  readonly gpu?: boolean;
  /** File or folder name of the export to compare with; default truckee-results.h5ad. */
  readonly exported?: string;
}

/** The notebook as JSON text. */
export function writeNotebook(input: NotebookInput): string {
  const cells = [...introCells(input), ...readCells(input), ...gpuCells(input), ...stepCells(input), ...plotCells(input), ...compareCells(input)];
  const notebook = {
    cells: cells.map(notebookCell),
    metadata: {
      kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
      language_info: { name: 'python', file_extension: '.py', mimetype: 'text/x-python', pygments_lexer: 'ipython3' },
      title: input.title,
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

function notebookCell(cell: NotebookCell, index: number): Readonly<Record<string, unknown>> {
  const lines = cell.text.split('\n');
  const source = lines.map((line, i) => (i < lines.length - 1 ? `${line}\n` : line));
  const shared = { id: `truckee-${String(index + 1).padStart(3, '0')}`, metadata: {}, source };
  return cell.kind === 'markdown' ? { cell_type: 'markdown', ...shared } : { cell_type: 'code', ...shared, execution_count: null, outputs: [] };
}
