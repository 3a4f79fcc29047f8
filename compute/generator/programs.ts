/**
 * The ground truth of a generated data set: what every cell line, mechanism, drug and plate does to the head genes. Made
 * from the seed alone, so all plates of a seed share lines and drugs. Genes are head ranks here; logs are base 2.
 */
import { drugTable } from './drugs.table.ts';
import { lineTable } from './lines.table.ts';
import { geneRole, type GeneModel } from './genes.ts';
import { createRandom, streams, type Random } from './random.ts';

/** Genes that a line expresses more than others, with their log2 fold. */
export interface LineProgram {
  readonly name: string;
  readonly cellosaurus: string;
  readonly programRanks: Int32Array;
  readonly programLog2: Float32Array;
  /** log2 factor of every head gene (program included). */
  readonly log2: Float32Array;
  /** Share of the cells, before toxicity; sums to 1 over lines. */
  readonly frequency: number;
  /** Transcripts per cell relative to the mean. */
  readonly size: number;
}

/** A mode of action: genes and their log2 fold at full effect, shared by all drugs of the mechanism. */
export interface Mechanism {
  readonly name: string;
  readonly ranks: Int32Array;
  readonly log2: Float32Array;
}

export interface DrugProgram {
  readonly name: string;
  /** Number of the mechanism; -1 for a drug that does nothing. */
  readonly mechanism: number;
  /** Dose of half effect, uM. */
  readonly ec50: number;
  /** Factor on the mechanism's log2 folds at full effect. */
  readonly strength: number;
  /** Natural log of the loss of cells at full effect. */
  readonly toxicity: number;
}

export interface Programs {
  readonly lines: readonly LineProgram[];
  readonly mechanisms: readonly Mechanism[];
  readonly drugs: readonly DrugProgram[];
  /** Sensitivity of line l to mechanism m at [l * mechanisms + m]; around 1. */
  readonly sensitivity: Float32Array;
}

const mechanismCount = 24;
const inertShare = 0.25;
/** Markers are ranks from this share of the head genes on; mechanisms act on the more common genes before. */
const markersFrom = 0.3;
const silentLog2 = -4;

/** `count` different ranks without a role from [from, to), ascending. */
function pickRanks(genes: GeneModel, random: Random, count: number, from: number, to: number): Int32Array {
  const free: number[] = [];
  for (let rank = Math.floor(from); rank < to; rank++) if (genes.role[rank] === geneRole.none) free.push(rank);
  for (let i = 0; i < Math.min(count, free.length); i++) {
    const other = i + random.below(free.length - i);
    [free[i], free[other]] = [free[other]!, free[i]!];
  }
  return Int32Array.from(free.slice(0, count)).sort();
}

/** Marker genes of a line: nearly silent in the lines that do not own them, as lineage genes are. */
function pickMarkers(genes: GeneModel, seed: number, line: number): Int32Array {
  const { head } = genes;
  return pickRanks(genes, createRandom(seed, streams.markers, line), Math.max(3, Math.min(26, head >> 4)), head * markersFrom, head);
}

function makeLine(genes: GeneModel, seed: number, line: number, programRanks: Int32Array, markers: Uint8Array): LineProgram {
  const random = createRandom(seed, streams.lines, line);
  const { head } = genes;
  const [name, cellosaurus] = lineTable[line]!;
  const programLog2 = Float32Array.from(programRanks, () => 3 + 1.8 * random.uniform());
  const log2 = Float32Array.from({ length: head }, (_, rank) => {
    const usual = genes.role[rank] === geneRole.none ? 0.45 * random.normal() : 0;
    return markers[rank] === 1 ? silentLog2 : usual;
  });
  programRanks.forEach((rank, i) => (log2[rank] = programLog2[i]!));
  return { name, cellosaurus, programRanks, programLog2, log2, frequency: Math.exp(0.8 * random.normal()), size: Math.exp(0.2 * random.normal() - 0.02) };
}

function makeMechanism(genes: GeneModel, seed: number, number: number): Mechanism {
  const random = createRandom(seed, streams.programs, number);
  const { head } = genes;
  const half = Math.max(2, Math.min(30, head >> 5));
  const ranks = pickRanks(genes, random, half * 2, head * 0.03, head * markersFrom);
  const log2 = Float32Array.from(ranks, () => (random.uniform() < 0.55 ? 0.8 + 1.6 * random.uniform() : -0.8 - 2 * random.uniform()));
  return { name: `mechanism-${String(number + 1).padStart(2, '0')}`, ranks, log2 };
}

/** Salt forms ("Crizotinib (hydrochloride)") act like their base. */
function baseName(drug: string): string {
  return drug.trim().replace(/^\([RS+-]\)-/, '').split(' ')[0]!.toLowerCase();
}

function makeDrugs(seed: number, count: number): DrugProgram[] {
  const firstOf = new Map<string, number>();
  return drugTable.slice(0, count).map((name, drug) => {
    const base = baseName(name);
    if (!firstOf.has(base)) firstOf.set(base, drug);
    const random = createRandom(seed, streams.drugs, firstOf.get(base)!);
    const inert = random.uniform() < inertShare;
    const mechanism = inert ? -1 : random.below(mechanismCount);
    const ec50 = 10 ** (-1.7 + 2.4 * random.uniform());
    const strength = inert ? 0 : 0.5 + random.uniform();
    const toxicity = inert ? 0 : 1.2 * random.uniform() ** 2;
    return { name, mechanism, ec50, strength, toxicity };
  });
}

/** Ground truth for `lines` (1 to 50) and `drugs` (1 to 379) of a seed. */
export function makePrograms(genes: GeneModel, seed: number, lines: number, drugs: number): Programs {
  const owned = Array.from({ length: lines }, (_, line) => pickMarkers(genes, seed, line));
  const markers = new Uint8Array(genes.head);
  for (const ranks of owned) for (const rank of ranks) markers[rank] = 1;
  const raw = owned.map((ranks, line) => makeLine(genes, seed, line, ranks, markers));
  const total = raw.reduce((sum, line) => sum + line.frequency, 0);
  const random = createRandom(seed, streams.programs, mechanismCount);
  return {
    lines: raw.map((line) => ({ ...line, frequency: line.frequency / total })),
    mechanisms: Array.from({ length: mechanismCount }, (_, number) => makeMechanism(genes, seed, number)),
    drugs: makeDrugs(seed, drugs),
    sensitivity: Float32Array.from({ length: lineTable.length * mechanismCount }, () => Math.exp(0.4 * random.normal() - 0.08)),
  };
}

/** Fraction of the full effect at a dose (Hill coefficient 1). */
export function doseEffect(drug: DrugProgram, dose: number): number {
  return drug.strength === 0 ? 0 : dose / (dose + drug.ec50);
}

/** log2 factor of every head gene on a plate: handling, chemistry, sequencing. */
export function plateEffect(genes: GeneModel, seed: number, plate: number): { log2: Float32Array; depth: number } {
  const random = createRandom(seed, streams.plate, plate);
  const log2 = Float32Array.from({ length: genes.head }, (_, rank) => (genes.role[rank] === geneRole.none ? 0.18 * random.normal() : 0));
  return { log2, depth: Math.exp(0.12 * random.normal() - 0.0072) };
}
