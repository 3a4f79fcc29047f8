/** Published counts of the atlas, each with what it counts: numbers that differ are of different things, not errors. */

export interface CountDefinition {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly definition: string;
  readonly source: string;
}

export const countDefinitions: readonly CountDefinition[] = [
  { name: 'raw', value: 105_609_549, unit: 'cells', definition: 'cells of the raw data set, before release filters', source: 'Tahoe-100M SCVI model paper' },
  { name: 'released', value: 100_648_790, unit: 'cells', definition: 'cells in the 14 released h5ad files, both filter levels', source: 'atlas README; sum of the condition table' },
  { name: 'full-filter', value: 95_624_334, unit: 'cells', definition: "cells with pass_filter == 'full'; what the Hugging Face set and the SCVI model hold", source: 'atlas README' },
  { name: 'training', value: 89_423_257, unit: 'cells', definition: "full-filter cells of plates 1 to 13; plate 14 is held out", source: 'Tahoe-100M SCVI model paper' },
  { name: 'held-out', value: 6_201_077, unit: 'cells', definition: 'full-filter cells of plate 14 (repeats plate 6)', source: 'difference of the two above' },
  { name: 'pooled-lines', value: 50, unit: 'cell lines', definition: 'lines pooled in every well', source: 'atlas README' },
  { name: 'passing-lines', value: 47, unit: 'cell lines', definition: 'lines that survive quality control', source: 'scDataset paper' },
  { name: 'annotated-lines', value: 102, unit: 'cell lines', definition: 'lines in the driver table, of which 50 are assayed', source: 'cell_line_metadata' },
  { name: 'drugs', value: 379, unit: 'drugs', definition: 'drugs with metadata; DMSO_TF, the control, is a 380th label', source: 'drug_metadata' },
  { name: 'genes', value: 62_710, unit: 'genes', definition: 'genes of every plate, in one order', source: 'gene_metadata' },
  { name: 'samples', value: 1_344, unit: 'wells', definition: '14 plates of 96 wells; one drug and dose each', source: 'sample_metadata' },
  { name: 'conditions', value: 65_943, unit: 'conditions', definition: 'line x drug x dose x plate with at least one released cell', source: 'condition table' },
  { name: 'published-conditions', value: 58_045, unit: 'conditions', definition: 'conditions counted in the SCVI paper (also quoted: "17,000+" and "60,000")', source: 'Tahoe-100M SCVI model paper' },
];
