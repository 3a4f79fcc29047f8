/** The obs columns of a plate as the atlas names and orders them, appended block by block. */
import { sortedLabels, type ArrayStream, type H5adWriter, type TextStream } from '../results/h5ad/index.ts';
import type { CellBlock } from './cells.ts';
import { barcodeText, treatmentText } from './layout.ts';
import type { PlateModel } from './model.ts';

export const indexName = 'BARCODE_SUB_LIB_ID';
export const phases = ['G1', 'G2M', 'S'] as const;
/** A cell is `full` with at least this part of the plate's mean transcripts and at most this mitochondrial share. */
export const passLimits = { leastTranscripts: 0.3, mostMito: 0.16 } as const;

/** Phase from the two scores: G1 when both are below zero, else the larger. A code into `phases`. */
export function phaseCode(sScore: number, g2mScore: number): number {
  if (sScore < 0 && g2mScore < 0) return 0;
  return g2mScore > sScore ? 1 : 2;
}

/** Whether a cell passes the strict filter. */
export function isFull(transcripts: number, mito: number, meanTranscripts: number): boolean {
  return transcripts >= passLimits.leastTranscripts * meanTranscripts && mito <= passLimits.mostMito;
}

/** Begins the columns and returns how to append the cells of a block. */
export function createObs(file: H5adWriter, model: PlateModel): (block: CellBlock) => Promise<void> {
  const { layout, programs } = model;
  const frame = file.frame('obs', indexName);
  const appenders: ((block: CellBlock) => Promise<void>)[] = [];
  const add = (append: (block: CellBlock) => Promise<void>): void => void appenders.push(append);

  const labelled = (name: string, labels: readonly string[], of: (block: CellBlock) => ArrayLike<number>): void => {
    const { categories, codes } = sortedLabels(labels);
    const stream = frame.categorical(name, categories);
    add((block) => stream.append(Int32Array.from({ length: block.rows }, (_, i) => codes[of(block)[i]!]!)));
  };
  const counted = (stream: ArrayStream, of: (block: CellBlock, i: number) => number): void =>
    add((block) => stream.append(Float64Array.from({ length: block.rows }, (_, i) => of(block, i))));
  const named = (stream: TextStream, of: (block: CellBlock, i: number) => string): void =>
    add((block) => stream.append(Array.from({ length: block.rows }, (_, i) => of(block, i))));
  const barcode = (block: CellBlock, i: number): string => barcodeText(block.well[i]!, block.barcode[i]!);

  named(frame.index, (block, i) => `${barcode(block, i)}-${layout.sublibraries[block.sublibrary[i]!]!}`);
  const byWell = (name: string, label: (well: (typeof layout.wells)[number]) => string): void =>
    labelled(name, layout.wells.map(label), (block) => block.well);
  byWell('sample', (well) => well.sample);
  counted(frame.numbers('gene_count', 'int64'), (block, i) => block.indptr[i + 1]! - block.indptr[i]!);
  counted(frame.numbers('tscp_count', 'int64'), (block, i) => block.transcripts[i]!);
  counted(frame.numbers('mread_count', 'int64'), (block, i) => block.reads[i]!);
  byWell('drugname_drugconc', treatmentText);
  byWell('drug', (well) => well.drugName);
  labelled('cell_line', programs.lines.map((line) => line.cellosaurus), (block) => block.line);
  labelled('sublibrary', layout.sublibraries, (block) => block.sublibrary);
  named(frame.texts('BARCODE'), barcode);
  counted(frame.numbers('pcnt_mito', 'float64'), (block, i) => block.mito[i]!);
  counted(frame.numbers('S_score', 'float64'), (block, i) => block.sScore[i]!);
  counted(frame.numbers('G2M_score', 'float64'), (block, i) => block.g2mScore[i]!);
  counted(frame.categorical('phase', phases), (block, i) => phaseCode(block.sScore[i]!, block.g2mScore[i]!));
  counted(frame.categorical('pass_filter', ['full', 'minimal']), (block, i) =>
    isFull(block.transcripts[i]!, block.mito[i]!, model.meanTranscripts) ? 0 : 1,
  );
  labelled('cell_name', programs.lines.map((line) => line.name), (block) => block.line);
  counted(frame.categorical('plate', [`plate${layout.plate}`]), () => 0);

  return async (block) => {
    for (const append of appenders) await append(block);
  };
}
