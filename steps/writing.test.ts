/** What an extraction will take: grows with what it is made of, and keeps to the memory allowed. */
import { describe, expect, test } from 'vitest';
import { planWriting, type WritingFacts } from './writing.ts';

const MiB = 2 ** 20;
const hardware = { cores: 4, workers: 4, memoryBytes: 8192 * MiB, diskFreeBytes: 1e12 };
const plate = { nObs: 1e6, stored: 1.4e9, bytesPerValue: 2.3, bytesPerCell: 120, chunkBytes: 12 * 139_264, chunks: 20_000, values: 14e6, cells: 10_000 };
const facts: WritingFacts = { format: 'h5ad', cells: 10_000, genes: 62_710, values: 14e6, touchedValues: 1e9, plates: [plate], columns: { texts: 1, numbers: 6, codes: 9 } };
const of = (change: Partial<WritingFacts>, threads: number | null = null, memoryBytes = hardware.memoryBytes) => planWriting({ ...facts, ...change }, { ...hardware, memoryBytes }, threads);

describe('the plan of writing', () => {
  test('takes more memory with more threads, plates and columns, and for Zarr, whose chunks are larger', () => {
    const least = of({}, 1).ramBytes;
    expect(least).toBeGreaterThan(300 * MiB);
    expect(least).toBeLessThan(600 * MiB);
    expect(of({}, 2).ramBytes).toBeGreaterThan(least + 45 * MiB);
    expect(of({ plates: Array.from({ length: 14 }, () => plate) }, 1).ramBytes).toBeGreaterThan(least);
    expect(of({ columns: { texts: 8, numbers: 60, codes: 9 } }, 1).ramBytes).toBeGreaterThan(least);
    expect(of({ format: 'zarr' }, 1).ramBytes).toBeGreaterThan(least);
    // It streams: ten times the cells are no more memory, but for where their chunks lie.
    expect(of({ values: 140e6, cells: 100_000 }, 1).ramBytes).toBeLessThan(least + MiB);
  });

  test('takes fewer threads where their memory does not fit, says so, and never none', () => {
    const two = of({}, 2).ramBytes;
    expect(of({}, null, two)).toMatchObject({ workers: 2, ramBytes: two, notes: [expect.stringContaining('2 of 4 threads')] });
    expect(of({}, null, MiB)).toMatchObject({ workers: 1, ramBytes: of({}, 1).ramBytes });
    expect(of({}, 6)).toMatchObject({ workers: 6, notes: [] });
  });

  test('takes time for what is read, packed and named, and disk for what is written', () => {
    expect(of({ touchedValues: 2e9 }).seconds).toBeGreaterThan(of({}).seconds + 2);
    expect(of({ values: 200e6 }).seconds).toBeGreaterThan(of({}).seconds + 1);
    expect(of({ columns: { texts: 3, numbers: 6, codes: 9 } }).seconds).toBeGreaterThan(of({}).seconds + 1);
    const { diskBytes } = of({});
    expect(diskBytes).toBeGreaterThan(14e6 * 2.3);
    // Uncompressed files are packed as well as others.
    expect(of({ plates: [{ ...plate, bytesPerValue: 8 }] }).diskBytes).toBeLessThan(diskBytes * 1.3);
    expect(of({ plates: [{ ...plate, values: 28e6 }] }).diskBytes).toBeGreaterThan(diskBytes * 1.8);
  });
});
