import { describe, expect, test } from 'vitest';
import { createDrawer, type CellBlock } from './cells.ts';
import { plateModel, type PlateModel } from './model.ts';
import { doseEffect } from './programs.ts';

/** Cells of a block as [gene position, count] pairs. */
function cellsOf(block: CellBlock): string[] {
  return Array.from({ length: block.rows }, (_, row) => {
    const from = block.indptr[row]!;
    const to = block.indptr[row + 1]!;
    const obs = [block.well, block.line, block.sublibrary, block.barcode, block.transcripts, block.reads, block.mito, block.sScore, block.g2mScore];
    return JSON.stringify([[...block.indices.subarray(from, to)], [...block.values.subarray(from, to)], obs.map((values) => values[row])]);
  });
}

test('a cell depends on its row only, not on the range it was drawn in', () => {
  const model = plateModel({ plate: 2, cells: 300, genes: 2000, seed: 2 ** 40 + 5 });
  const whole = cellsOf(createDrawer(model)(0, 300));
  const draw = createDrawer(plateModel(model.design));
  const backwards = [[200, 300], [7, 200], [0, 7]].map(([from, to]) => cellsOf(draw(from!, to!))).reverse().flat();
  expect(backwards).toEqual(whole);
  expect(cellsOf(createDrawer(plateModel({ ...model.design, seed: 6 }))(0, 300))).not.toEqual(whole);
});

test('at 62,710 genes cells look like those of the atlas', () => {
  // 42 cells of each of 14 plates: plates differ in depth by some 12 %.
  const genes: number[] = [];
  const transcripts: number[] = [];
  let mito = 0;
  for (let plate = 1; plate <= 14; plate++) {
    const model = plateModel({ plate, cells: 84_000, genes: 62_710, seed: 1 });
    const draw = createDrawer(model);
    for (let part = 0; part < 42; part++) {
      const block = draw(part * 2000, part * 2000 + 1);
      genes.push(block.indptr[1]!);
      transcripts.push(block.transcripts[0]!);
      mito += block.mito[0]!;
    }
  }
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  // Atlas: about 1,450 genes, 2,373 transcripts, 6 % mitochondrial per cell; standard errors here are some 25, 50 and 0.1 %.
  expect(mean(genes)).toBeGreaterThan(1330);
  expect(mean(genes)).toBeLessThan(1570);
  expect(mean(transcripts)).toBeGreaterThan(2150);
  expect(mean(transcripts)).toBeLessThan(2650);
  expect(mito / genes.length).toBeGreaterThan(0.05);
  expect(mito / genes.length).toBeLessThan(0.08);
  // A wide range from cell to cell, and no empty cell.
  expect(Math.min(...genes)).toBeGreaterThan(50);
  expect(Math.max(...genes) / mean(genes)).toBeGreaterThan(1.8);
});

describe('planted truth', () => {
  // One line and eight drugs, so that every well has many alike cells.
  const model: PlateModel = plateModel({ plate: 3, cells: 9600, genes: 1000, seed: 8, lines: 1, drugs: 8 });
  const block = createDrawer(model)(0, 9600);
  const { genes, layout, programs } = model;

  /** Mean share of transcripts of each gene over cells that `keep`. */
  const shares = (keep: (row: number) => boolean): Float64Array => {
    const sums = new Float64Array(1000);
    let total = 0;
    for (let row = 0; row < block.rows; row++) {
      if (!keep(row)) continue;
      total += block.transcripts[row]!;
      for (let e = block.indptr[row]!; e < block.indptr[row + 1]!; e++) sums[block.indices[e]!]! += block.values[e]!;
    }
    return sums.map((sum) => sum / total);
  };

  test('shares over many cells are the profile of their line and well', () => {
    const control = shares((row) => layout.wells[block.well[row]!]!.drug === -1);
    const expected = model.profile(0, 95);
    let wrong = 0;
    for (let rank = 0; rank < 400; rank++) {
      if (genes.role[rank] !== 0) continue;
      // Some 200 cells of 850 transcripts with gamma noise: five standard errors, as a ratio.
      const tolerance = 5 * Math.sqrt(1 / (expected[rank]! * 170_000) + 0.5 / 200);
      if (Math.abs(control[genes.positionOfRank[rank]!]! / expected[rank]! - 1) > tolerance + 0.05) wrong++;
    }
    expect(wrong).toBe(0);
  });

  test('a drug moves the genes of its mechanism by its dose effect', () => {
    const control = shares((row) => layout.wells[block.well[row]!]!.drug === -1);
    const active = programs.drugs.findIndex((drug) => drug.mechanism >= 0 && doseEffect(drug, 5) * drug.strength > 0.5);
    expect(active).toBeGreaterThanOrEqual(0);
    const drug = programs.drugs[active]!;
    const mechanism = programs.mechanisms[drug.mechanism]!;
    const treated = shares((row) => layout.wells[block.well[row]!]!.drug === active && layout.wells[block.well[row]!]!.dose === 5);
    const sensitivity = programs.sensitivity[drug.mechanism]!;
    const size = drug.strength * doseEffect(drug, 5) * sensitivity;
    // Regression of measured on planted log2 folds through the origin.
    let products = 0;
    let squares = 0;
    mechanism.ranks.forEach((rank, i) => {
      const position = genes.positionOfRank[rank]!;
      const planted = size * mechanism.log2[i]!;
      products += planted * Math.log2((treated[position]! + 1e-6) / (control[position]! + 1e-6));
      squares += planted ** 2;
    });
    expect(products / squares).toBeGreaterThan(0.85);
    expect(products / squares).toBeLessThan(1.15);
    const inert = programs.drugs.findIndex((one) => one.mechanism === -1);
    if (inert >= 0) expect(programs.drugs[inert]!.strength).toBe(0);
  });

  test('counts of a popular gene are overdispersed as planted', () => {
    // Within one line, relative to the cell's own total: variance beyond Poisson over the squared mean is about 1 / shape.
    const rank = 1;
    const position = genes.positionOfRank[rank]!;
    const shape = [2, 4, 8][rank % 3]!;
    const plainCells: number[] = [];
    for (let row = 0; row < block.rows; row++) {
      if (block.mito[row]! > 0.15) continue;
      const from = block.indptr[row]!;
      const at = block.indices.subarray(from, block.indptr[row + 1]!).indexOf(position);
      const count = at < 0 ? 0 : block.values[from + at]!;
      const expected = block.transcripts[row]! * model.profile(0, block.well[row]!)[rank]!;
      plainCells.push(((count - expected) ** 2 - expected) / expected ** 2);
    }
    const dispersion = plainCells.reduce((sum, one) => sum + one, 0) / plainCells.length;
    expect(dispersion * shape).toBeGreaterThan(0.7);
    expect(dispersion * shape).toBeLessThan(1.4);
  });
});
