/**
 * How a plate is laid out: 96 wells with drug, dose and sample id, sublibraries, and which rows of the file belong to
 * which well. Rows go by sublibrary, then by well (the first part of the barcode), so every well recurs in every
 * sublibrary. Doses in uM.
 */
import { controlDrug } from './drugs.table.ts';
import { doseEffect, type Programs } from './programs.ts';
import { createRandom, streams } from './random.ts';

export const wellsPerPlate = 96;
const drugWells = 94;
const doses = [0.05, 0.5, 5] as const;

export interface Well {
  /** smp_1495 is well 0 of plate 1; the numbers run on over wells and plates. */
  readonly sample: string;
  /** Number of the drug; -1 for the control. */
  readonly drug: number;
  readonly drugName: string;
  readonly dose: number;
  /** Transcripts per cell relative to the plate. */
  readonly depth: number;
  /** Relative number of cells. */
  readonly weight: number;
  /** Upper ends of the lines' parts of [0, 1): which line a cell of this well belongs to. */
  readonly lineEnds: Float64Array;
}

export interface PlateLayout {
  readonly plate: number;
  readonly wells: readonly Well[];
  readonly sublibraries: readonly string[];
  /** First row of group sublibrary * 96 + well, and the number of rows as a last entry. */
  readonly groupStart: Float64Array;
}

/** Drug number and dose of a well. Three plates in a row give one drug list at rising dose; 14 repeats 6; 13 is mixed. */
function treatment(plate: number, well: number, drugs: number): { drug: number; dose: number } {
  if (well >= drugWells) return { drug: -1, dose: 0 };
  const number = ((plate - 1) % 14) + 1;
  if (number === 14) return treatment(6, well, drugs);
  if (number === 13) {
    // 39 drugs: all at the lowest dose, 30 at the middle one, 25 at the highest; the last drugs of the table come first.
    const step = well < 39 ? 0 : well < 69 ? 1 : 2;
    const place = well - [0, 39, 69][step]!;
    return { drug: (((drugs - 1 - place) % drugs) + drugs) % drugs, dose: doses[step]! };
  }
  const list = Math.floor((number - 1) / 3);
  // The last drug well keeps the lowest dose on all three plates.
  const dose = well === drugWells - 1 ? doses[0] : doses[(number - 1) % 3]!;
  return { drug: (list * drugWells + well) % drugs, dose };
}

function makeWell(programs: Programs, seed: number, plate: number, well: number): Well {
  const random = createRandom(seed, streams.wells, plate * wellsPerPlate + well);
  const { drug, dose } = treatment(plate, well, programs.drugs.length);
  const program = programs.drugs[drug];
  const loss = program === undefined ? 0 : program.toxicity * doseEffect(program, dose);
  const cells = programs.lines.map((line, l) => {
    const sensitivity = program === undefined || program.mechanism < 0 ? 0 : programs.sensitivity[l * programs.mechanisms.length + program.mechanism]!;
    return line.frequency * Math.exp(-loss * sensitivity);
  });
  const total = cells.reduce((sum, one) => sum + one, 0);
  let sum = 0;
  const lineEnds = Float64Array.from(cells, (one) => (sum += one / total));
  return {
    sample: `smp_${1495 + wellsPerPlate * (plate - 1) + well}`,
    drug,
    drugName: program?.name ?? controlDrug,
    dose,
    depth: Math.exp(0.1 * random.normal() - 0.005 - 0.15 * loss),
    weight: total * Math.exp(0.2 * random.normal()),
    lineEnds,
  };
}

/** One round of barcoding has 384 codes; two rounds follow the one that tells the well. */
export const codesPerRound = 384;
const barcodes = codesPerRound ** 2;
const leastSublibraries = 8;

export function plateLayout(programs: Programs, seed: number, plate: number, cells: number): PlateLayout {
  const wells = Array.from({ length: wellsPerPlate }, (_, well) => makeWell(programs, seed, plate, well));
  // A well never fills a tenth of its barcodes in one sublibrary on average, so the fullest one fits too.
  const count = Math.max(leastSublibraries, Math.ceil((cells / wellsPerPlate / barcodes) * 10));
  const total = wells.reduce((sum, well) => sum + well.weight, 0) * count;
  const groupStart = new Float64Array(count * wellsPerPlate + 1);
  let weight = 0;
  for (let group = 0; group < count * wellsPerPlate; group++) {
    groupStart[group] = Math.round((cells * weight) / total);
    weight += wells[group % wellsPerPlate]!.weight;
  }
  groupStart[count * wellsPerPlate] = cells;
  // The names do not depend on the plate: as in the atlas, equal index values may occur on two plates.
  return { plate, wells, sublibraries: Array.from({ length: count }, (_, i) => `lib_${1001 + i}`), groupStart };
}

/** The group that a row belongs to: the last one that starts at or before it and is not empty. */
export function groupOfRow(layout: PlateLayout, row: number): number {
  let low = 0;
  let high = layout.groupStart.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (layout.groupStart[middle]! <= row) low = middle;
    else high = middle;
  }
  return low;
}

/** Two barcode parts as one number, rising with the place of the row among the `size` rows of its group; `u` in (0, 1). */
export function barcodeNumber(place: number, size: number, u: number): number {
  const from = Math.floor((place * barcodes) / size);
  const to = Math.floor(((place + 1) * barcodes) / size);
  return from + Math.floor(u * (to - from));
}

/** Like 01_001_117: well, second and third round. */
export function barcodeText(well: number, code: number): string {
  const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');
  return `${pad(well + 1, 2)}_${pad(Math.floor(code / codesPerRound) + 1, 3)}_${pad((code % codesPerRound) + 1, 3)}`;
}

/** The text of a Python list of one tuple, as plates hold it: [('Infigratinib', 5.0, 'uM')]. */
export function treatmentText(well: Well): string {
  const dose = Number.isInteger(well.dose) ? well.dose.toFixed(1) : String(well.dose);
  return `[('${well.drugName}', ${dose}, 'uM')]`;
}
