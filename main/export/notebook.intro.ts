/** How the notebook begins: pinned versions in its very first cell, then what it is about. */
import { formatCount, formatSeconds } from '../../protocol/format.ts';
import { code, markdown, pythonLiteral, type NotebookCell } from '../../steps/define.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';
import type { NotebookInput } from './notebook.ts';
import { fileName } from './notebook.read.ts';
import { directPins, gpuPins, pythonVersion, requirements, transitivePackages } from './pins.table.ts';

export function introCells(input: NotebookInput): NotebookCell[] {
  return [pinCell(input), aboutCell(input), importCell(input.datasets.some(({ format }) => format === 'zarr'))];
}

/** Extras of scanpy that the steps of this run need. */
function extrasOf({ steps }: NotebookInput): string[] {
  const extras: string[] = [];
  if (steps.some((step) => step.id === 'leiden')) extras.push('leiden');
  if (steps.some((step) => step.id === 'hvg' && step.params['flavor'] !== 'seurat')) extras.push('skmisc');
  return extras;
}

function pinCell(input: NotebookInput): NotebookCell {
  const wanted = requirements(extrasOf(input), input.gpu === true);
  const pins = input.gpu ? [...directPins, ...gpuPins] : directPins;
  return code(
    `# Versions this notebook was written for (Python ${pythonVersion} or newer). Install them into a clean environment:`,
    `#   python -m pip install ${wanted.map((requirement) => `"${requirement}"`).join(' ')}`,
    'from importlib.metadata import PackageNotFoundError, version',
    '',
    '# direct dependencies: what this notebook imports or starts',
    'PINNED = {',
    ...pins.map((pin) => `    ${pythonLiteral(pin.package)}: ${pythonLiteral(pin.version)},  # ${pin.requirement}: ${pin.why}`),
    '}',
    '# transitive dependencies: installed by the ones above, listed for the record',
    `TRANSITIVE = ${pythonLiteral(transitivePackages.map((entry) => entry.package))}`,
    '',
    'for package in [*PINNED, *TRANSITIVE]:',
    '    try:',
    '        found = version(package)',
    '    except PackageNotFoundError:',
    "        found = 'not installed'",
    "    wanted = PINNED.get(package)",
    "    print(f'{package:14} {found:16}' + ('' if wanted in (None, found) else f'<- pinned: {wanted}'))",
  );
}

function aboutCell({ title, recipe, datasets, versions, results, gpu }: NotebookInput): NotebookCell {
  const cells = datasets.reduce((sum, dataset) => sum + dataset.cells, 0);
  const seconds = results.reduce((sum, result) => sum + result.wallSeconds, 0);
  const rows = datasets.map((dataset) => [
    escapeMarkdown(dataset.name), escapeMarkdown(fileName(dataset.file)), formatCount(dataset.cells), formatCount(dataset.genes), dataset.countsIn, dataset.demo ? 'demo' : 'real',
  ]);
  return markdown(
    `# ${escapeMarkdown(title)}`,
    '',
    `The recipe **${escapeMarkdown(recipe.name)}** (seed ${recipe.seed}) as it was run by Truckee ${escapeMarkdown(versions.truckee)}, written out for ${gpu ? 'rapids-singlecell on an NVIDIA GPU' : 'scanpy'}.`,
    `${formatCount(cells)} cells in ${datasets.length} ${datasets.length === 1 ? 'file' : 'files'}${results.length > 0 ? `; Truckee took ${formatSeconds(seconds)} for all steps` : ''}.`,
    ...(datasets.some((dataset) => dataset.demo) ? ['', '**Demo data: generated, not measured.** Nothing biological can be concluded from it.'] : []),
    '',
    markdownTable(['name', 'file', 'cells', 'genes', 'counts in', 'data'], rows),
    '',
    'Numbers agree with Truckee up to rounding for quality metrics, normalisation, gene selection and components (up to their sign);',
    'UMAP and clusters depend on the order of random draws and agree in structure only. Samples are drawn by another generator here.',
  );
}

function importCell(zarr: boolean): NotebookCell {
  return code(
    'from pathlib import Path',
    '',
    'import anndata as ad',
    'import h5py',
    'import numpy as np',
    'import pandas as pd',
    'import scanpy as sc',
    ...(zarr ? ['import zarr'] : []),
    'from scipy import sparse',
    '',
    "sc.settings.set_figure_params(dpi=80, figsize=(4, 4))",
  );
}
