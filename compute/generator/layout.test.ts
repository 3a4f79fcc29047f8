import { describe, expect, test } from 'vitest';
import { controlDrug, drugTable } from './drugs.table.ts';
import { geneModel } from './genes.ts';
import { barcodeNumber, barcodeText, groupOfRow, plateLayout, treatmentText, wellsPerPlate, type PlateLayout } from './layout.ts';
import { lineTable } from './lines.table.ts';
import { makePrograms } from './programs.ts';

const programs = makePrograms(geneModel(1000), 5, 50, 379);
const layout = (plate: number, cells = 100_000): PlateLayout => plateLayout(programs, 5, plate, cells);
const sampleOf = (plate: number, well: number): string => layout(plate).wells[well]!.sample;

describe('labels', () => {
  test('379 drugs with the oddities of real label columns, 50 lines', () => {
    expect(drugTable.length).toBe(379);
    expect(new Set(drugTable).size).toBe(379);
    for (const name of ['Erdafitinib ', 'Selinexor ', 'Trametinib (DMSO_TF solvate)', 'venetoclax', 'vincristine', 'γ-Oryzanol']) expect(drugTable).toContain(name);
    expect(drugTable).not.toContain(controlDrug);
    // Names with a single quote would need another Python literal.
    expect(drugTable.filter((name) => name.includes("'"))).toEqual([]);
    expect(lineTable.length).toBe(50);
    expect(new Set(lineTable.map(([, id]) => id)).size).toBe(50);
    expect(lineTable.filter(([, id]) => !/^CVCL_[0-9A-Z]{4}$/.test(id))).toEqual([]);
  });

  test('treatments are texts of Python lists', () => {
    const texts = new Set(layout(3).wells.map(treatmentText));
    for (const text of ["[('Infigratinib', 5.0, 'uM')]", "[('Erdafitinib ', 5.0, 'uM')]", "[('DMSO_TF', 0.0, 'uM')]"]) expect(texts).toContain(text);
    expect(treatmentText(layout(1).wells[0]!)).toBe("[('Infigratinib', 0.05, 'uM')]");
  });
});

describe('the design of the atlas', () => {
  test('sample numbers follow its law', () => {
    expect(sampleOf(1, 0)).toBe('smp_1495');
    expect(sampleOf(3, 0)).toBe('smp_1687');
    expect(sampleOf(10, 0)).toBe('smp_2359');
    expect([sampleOf(6, 94), sampleOf(6, 95), sampleOf(14, 94), sampleOf(14, 95)]).toEqual(['smp_2069', 'smp_2070', 'smp_2837', 'smp_2838']);
    expect(new Set(Array.from({ length: 14 }, (_, p) => layout(p + 1).wells.map((well) => well.sample)).flat()).size).toBe(1344);
  });

  test('one drug list on three plates at rising dose, control in the last two wells', () => {
    for (const first of [1, 4, 7, 10]) {
      const plates = [0, 1, 2].map((i) => layout(first + i).wells);
      for (let well = 0; well < 94; well++) {
        expect(new Set(plates.map((wells) => wells[well]!.drugName)).size).toBe(1);
        expect(plates.map((wells) => wells[well]!.dose)).toEqual(well === 93 ? [0.05, 0.05, 0.05] : [0.05, 0.5, 5]);
      }
      for (const wells of plates) expect(wells.slice(94).map((well) => [well.drugName, well.dose])).toEqual([['DMSO_TF', 0], ['DMSO_TF', 0]]);
    }
  });

  test('plate 13 mixes doses, plate 14 repeats plate 6, and all drugs are used', () => {
    const doses = layout(13).wells.map((well) => well.dose);
    expect([0.05, 0.5, 5, 0].map((dose) => doses.filter((one) => one === dose).length)).toEqual([39, 30, 25, 2]);
    const treatments = (plate: number): unknown[] => layout(plate).wells.map((well) => [well.drugName, well.dose]);
    expect(treatments(14)).toEqual(treatments(6));
    expect(layout(14).wells.map((well) => well.depth)).not.toEqual(layout(6).wells.map((well) => well.depth));
    expect(new Set(Array.from({ length: 14 }, (_, p) => layout(p + 1).wells.map((well) => well.drugName)).flat()).size).toBe(380);
  });
});

describe('rows', () => {
  test('every row belongs to one group, sublibraries outermost, wells within', () => {
    for (const cells of [0, 1, 600, 100_000]) {
      const plate = layout(2, cells);
      let rows = 0;
      let last = -1;
      for (let row = 0; row < cells; row++) {
        const group = groupOfRow(plate, row);
        expect(group).toBeGreaterThanOrEqual(last);
        if (plate.groupStart[group]! > row || plate.groupStart[group + 1]! <= row) throw new Error(`row ${row} is not in group ${group}`);
        last = group;
        rows++;
      }
      expect(rows).toBe(cells);
    }
    const groups = layout(2).groupStart;
    const sizes = Array.from({ length: groups.length - 1 }, (_, g) => groups[g + 1]! - groups[g]!);
    // 100,000 cells: every sample recurs in every sublibrary.
    expect(Math.min(...sizes)).toBeGreaterThan(0);
  });

  test('barcodes rise within a group and never repeat, up to a full one', () => {
    for (const size of [1, 7, 1000, 147_456]) {
      let last = -1;
      for (let place = 0; place < size; place++) {
        const code = barcodeNumber(place, size, ((place * 7919) % 1000) / 1000);
        if (code <= last) throw new Error(`barcode ${code} after ${last}`);
        last = code;
      }
      expect(last).toBeLessThan(384 ** 2);
    }
    expect([barcodeText(0, 0), barcodeText(95, 384 ** 2 - 1), barcodeText(0, 500)]).toEqual(['01_001_001', '96_384_384', '01_002_117']);
  });

  test('toxic wells lose cells: the control is among the fullest wells of a high-dose plate', () => {
    const shares = layout(3, 1_000_000).groupStart;
    const perWell = Array.from({ length: wellsPerPlate }, (_, well) => {
      let sum = 0;
      for (let group = well; group < shares.length - 1; group += wellsPerPlate) sum += shares[group + 1]! - shares[group]!;
      return sum;
    });
    const toxic = layout(3).wells.flatMap((well, w) => ((programs.drugs[well.drug]?.toxicity ?? 0) > 0.6 ? [perWell[w]!] : []));
    const control = (perWell[94]! + perWell[95]!) / 2;
    expect(toxic.length).toBeGreaterThan(5);
    expect(toxic.reduce((sum, one) => sum + one, 0) / toxic.length).toBeLessThan(control * 0.85);
  });
});
