/**
 * What went into a generated plate, stored in its uns under `truckee_demo`: a mark that the data are not real, the design,
 * and the ground truth that tests and tutorials can ask for. Gene numbers are positions in var; folds are log2.
 */
import { demoKey } from '../../protocol/matrix.ts';
import { unsTable, type UnsDict } from '../results/h5ad/index.ts';
import { passLimits } from './obs.ts';
import type { PlateModel } from './model.ts';

/** Rises when equal designs no longer give equal plates. */
export const generatorVersion = 2;

export function groundTruth(model: PlateModel): UnsDict {
  const { design, genes, programs, layout, plateEffect } = model;
  const positions = (ranks: Int32Array): Int32Array => ranks.map((rank) => genes.positionOfRank[rank]!);
  const headPositions = genes.positionOfRank.slice(0, genes.head);
  const { lines, mechanisms, drugs, sensitivity } = programs;
  const table = <Item>(items: readonly Item[], of: (item: Item) => ArrayLike<number>, make: (flat: number[]) => Int32Array | Float32Array) =>
    unsTable(make(items.flatMap((item) => Array.from(of(item)))), of(items[0]!).length);
  const int32 = (flat: number[]): Int32Array => Int32Array.from(flat);
  const float32 = (flat: number[]): Float32Array => Float32Array.from(flat);
  const wells = layout.wells;
  return {
    [demoKey]: {
      note: 'Generated data, not measured: a demonstration plate of Truckee.',
      generator_version: generatorVersion,
      design: { ...design },
      pass_filter: { least_transcripts: passLimits.leastTranscripts * model.meanTranscripts, most_mito: passLimits.mostMito },
      // Row l of genes and log2 belongs to line l.
      lines: {
        cell_line: lines.map((line) => line.cellosaurus),
        cell_name: lines.map((line) => line.name),
        frequency: Float64Array.from(lines, (line) => line.frequency),
        relative_size: Float64Array.from(lines, (line) => line.size),
        program_genes: table(lines, (line) => positions(line.programRanks), int32),
        program_log2: table(lines, (line) => line.programLog2, float32),
      },
      // log2 folds at full effect; a drug reaches strength * dose / (dose + ec50_um) * sensitivity[line, mechanism] of them.
      mechanisms: {
        name: mechanisms.map((mechanism) => mechanism.name),
        genes: table(mechanisms, (mechanism) => positions(mechanism.ranks), int32),
        log2: table(mechanisms, (mechanism) => mechanism.log2, float32),
        sensitivity: unsTable(sensitivity.slice(0, lines.length * mechanisms.length), mechanisms.length),
      },
      drugs: {
        drug: drugs.map((drug) => drug.name),
        // -1: a drug that does nothing.
        mechanism: Int32Array.from(drugs, (drug) => drug.mechanism),
        ec50_um: Float64Array.from(drugs, (drug) => drug.ec50),
        strength: Float64Array.from(drugs, (drug) => drug.strength),
        toxicity: Float64Array.from(drugs, (drug) => drug.toxicity),
      },
      plate_effect: { depth: plateEffect.depth, genes: headPositions, log2: plateEffect.log2 },
      wells: {
        sample: wells.map((well) => well.sample),
        drug: wells.map((well) => well.drugName),
        dose_um: Float64Array.from(wells, (well) => well.dose),
        depth: Float64Array.from(wells, (well) => well.depth),
      },
      roles: {
        mitochondrial: positions(genes.mitoRanks),
        s_phase: positions(genes.sRanks),
        g2m_phase: positions(genes.g2mRanks),
      },
    },
  };
}
