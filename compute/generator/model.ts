/** Everything needed to draw any rows of one plate: a pure function of the design, a few MB, made in well under a second. */
import { failure } from '../../protocol/errors.ts';
import { aliasTable, type AliasTable } from './alias.ts';
import { drugTable } from './drugs.table.ts';
import { geneModel, type GeneModel } from './genes.ts';
import { plateLayout, type PlateLayout } from './layout.ts';
import { lineTable } from './lines.table.ts';
import { noiseShapes, noiseSteps, noiseTables } from './noise.ts';
import { doseEffect, makePrograms, plateEffect, type Programs } from './programs.ts';

/** What a plate is; equal designs give equal plates, to the byte. */
export interface PlateDesign {
  /** From 1; decides doses and drugs (14 repeats 6, 15 begins anew). */
  readonly plate: number;
  readonly cells: number;
  /** From 100; 62,710 is the whole transcriptome of the atlas. */
  readonly genes: number;
  readonly seed: number;
  /** 1 to 50; default 50. */
  readonly lines?: number;
  /** 1 to 379 besides the control; default 379. */
  readonly drugs?: number;
}

export interface PlateModel {
  readonly design: Required<PlateDesign>;
  readonly genes: GeneModel;
  readonly programs: Programs;
  readonly layout: PlateLayout;
  /** log2 factor of every head gene, and the factor on transcripts per cell. */
  readonly plateEffect: { readonly log2: Float32Array; readonly depth: number };
  /** Mean transcripts of a cell before line, well and plate. */
  readonly meanTranscripts: number;
  /** Draws of the rare genes, as rank - head; null when every gene is a head gene. */
  readonly tail: AliasTable | null;
  readonly noise: Float32Array;
  /** Start of each head gene's table in `noise`. */
  readonly noiseStart: Int32Array;
  /** Expected share of each head gene in line `line` of well `well`, then that of the tail; sums to 1. Kept once made. */
  profile(line: number, well: number): Float32Array;
}

const wholeTranscriptome = 62_710;
const wholeTranscripts = 2500;

/** Fewer genes, fewer transcripts: cells stay sparse (about half of 2,000 genes' worth at 1,000 transcripts). */
function transcriptsFor(genes: number): number {
  return wholeTranscripts * Math.min(1, genes / wholeTranscriptome) ** 0.25;
}

function within(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw failure('invalid-parameter', { step: 'generate', parameter: name, value: String(value), reason: `a whole number from ${least} to ${most}` });
}

/** @throws invalid-parameter. */
export function plateModel(design: PlateDesign): PlateModel {
  const whole: Required<PlateDesign> = { lines: lineTable.length, drugs: drugTable.length, ...design };
  within('plate', whole.plate, 1, 1000);
  within('cells', whole.cells, 0, 2 ** 31 - 1);
  within('genes', whole.genes, 100, 1_000_000);
  within('seed', whole.seed, 0, Number.MAX_SAFE_INTEGER);
  within('lines', whole.lines, 1, lineTable.length);
  within('drugs', whole.drugs, 1, drugTable.length);
  const genes = geneModel(whole.genes);
  const programs = makePrograms(genes, whole.seed, whole.lines, whole.drugs);
  const layout = plateLayout(programs, whole.seed, whole.plate, whole.cells);
  const effect = plateEffect(genes, whole.seed, whole.plate);
  const { head, share } = genes;
  const tailShare = share.subarray(head).reduce((sum, one) => sum + one, 0);
  const profiles: (Float32Array | undefined)[] = [];

  const makeProfile = (line: number, well: number): Float32Array => {
    const { drug, dose } = layout.wells[well]!;
    const log2 = programs.lines[line]!.log2.slice();
    for (let rank = 0; rank < head; rank++) log2[rank]! += effect.log2[rank]!;
    const program = programs.drugs[drug];
    const mechanism = programs.mechanisms[program?.mechanism ?? -1];
    if (program !== undefined && mechanism !== undefined) {
      const sensitivity = programs.sensitivity[line * programs.mechanisms.length + program.mechanism]!;
      const size = program.strength * doseEffect(program, dose) * sensitivity;
      mechanism.ranks.forEach((rank, i) => (log2[rank]! += size * mechanism.log2[i]!));
    }
    const profile = new Float32Array(head + 1);
    let total = tailShare;
    for (let rank = 0; rank < head; rank++) total += profile[rank] = share[rank]! * 2 ** log2[rank]!;
    profile[head] = tailShare;
    for (let i = 0; i <= head; i++) profile[i]! /= total;
    return profile;
  };

  return {
    design: whole,
    genes,
    programs,
    layout,
    plateEffect: effect,
    meanTranscripts: transcriptsFor(whole.genes) * effect.depth,
    tail: head < whole.genes ? aliasTable(share.subarray(head)) : null,
    noise: noiseTables(),
    noiseStart: Int32Array.from({ length: head }, (_, rank) => (rank % noiseShapes.length) * noiseSteps),
    profile: (line, well) => (profiles[line * layout.wells.length + well] ??= makeProfile(line, well)),
  };
}
