/** Flipped bytes, overwritten words and truncations of real files: typed errors only, no hang, no run on memory. */
import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { failure, isTruckeeError, messageOf } from '../../protocol/errors.ts';
import { describeAt, type HeaderSource } from './describe.ts';
import { rawElements } from './elements.raw.ts';
import { openBytes } from '../../io/file.ts';
import { heapStrings } from './heap.ts';
import { openArray, openStructure, type DatasetSpec, type Hdf5Structure, type Structure } from './index.ts';
import { scratchFolder } from './testing/python.ts';

const folder = join(resolve(process.env['TRUCKEE_TEST_DATA'] ?? '../shared/data'), 'h5ad-encodings');
const allowed = new Set(['corrupt-file', 'corrupt-chunk', 'truncated-file', 'not-hdf5', 'unsupported-encoding', 'unsupported-format']);

/** Datasets of a file with the offsets of their headers, from the sound file. */
interface Sample {
  readonly content: Uint8Array;
  readonly widths: Hdf5Structure['widths'];
  readonly datasets: readonly { readonly name: string; readonly address: number; readonly isText: boolean }[];
}

async function sampleOf(path: string): Promise<Sample> {
  const structure = await openStructure(path);
  const datasets = objectsIn(structure, '/')
    .filter((name) => structure.kind(name) === 'dataset')
    .map((name) => ({ name, ...structure.dataset(name) }))
    .filter(({ shape, element }) => (shape?.length === 1 || shape?.length === 2) && element.kind !== 'record' && element.kind !== 'other')
    .map(({ name, element }) => ({ name, address: structure.headerAddress(name), isText: element.kind === 'string' }));
  structure.close();
  return { content: new Uint8Array(readFileSync(path)), widths: structure.widths, datasets };
}

function objectsIn(structure: Structure, group: string): string[] {
  return structure.children(group).flatMap((child) => {
    const name = `${group === '/' ? '' : group}/${child}`;
    return [name, ...objectsIn(structure, name)];
  });
}

/** Small, fast, seeded: each case can be run again alone. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

/** Damage near `around` (header, index) or anywhere; each entry is a place and the bytes put there. */
function damage(content: Uint8Array, around: number, random: (below: number) => number): readonly { at: number; bytes: Uint8Array }[] {
  return Array.from({ length: 1 + random(3) }, () => {
    const at = random(3) > 0 ? Math.min(content.length - 1, around + random(512)) : random(content.length);
    const room = Math.min(8, content.length - at);
    switch (random(4)) {
      case 0:
        return { at, bytes: Uint8Array.of(content[at]! ^ (1 << random(8))) };
      case 1:
        return { at, bytes: new Uint8Array(room).fill([0, 255, 127, 1][random(4)]!) };
      case 2:
        return { at, bytes: Uint8Array.of(random(256)) };
      default:
        // A word from elsewhere in the file: addresses that exist, but are wrong.
        return { at, bytes: content.slice(random(content.length - room), content.length).slice(0, room) };
    }
  });
}

/** Reads the start of an array, as a block of cells would be. */
function readSome(spec: DatasetSpec): void {
  const reader = openArray(spec);
  try {
    const cols = spec.shape[1] ?? 1;
    const rows = Math.min(spec.shape[0]!, Math.floor(20_000 / Math.max(1, cols)));
    if (spec.shape.length === 1) {
      reader.readInto(0, rows, new Float64Array(rows), 0);
      reader.read(Math.max(0, spec.shape[0]! - 10), spec.shape[0]!);
    } else reader.readRows(0, rows, new Float32Array(rows * cols));
  } finally {
    reader.close();
  }
}

function readTexts(source: HeaderSource, name: string): void {
  const raw = rawElements(source, name);
  if (raw === null) return;
  const heap = heapStrings(source.file, source.widths);
  try {
    const bytes = raw.read(0, 2);
    if (raw.elementBytes === heap.elementBytes) heap.decode(bytes);
  } catch (thrown) {
    // Names and dataset are put to these by the caller above, as structure.ts does.
    if (isTruckeeError(thrown)) throw thrown;
    throw failure('corrupt-file', { path: source.file.path, element: name, reason: messageOf(thrown) }, thrown);
  }
}

describe.skipIf(!existsSync(folder))('damaged real files (needs the shared test data)', () => {
  const scratch = scratchFolder();
  const path = join(scratch, 'case.h5ad');
  afterAll(() => rmSync(scratch, { recursive: true }));
  const files = readdirSync(folder).filter((name) => name.endsWith('.h5ad'));
  const kinds = new Map<string, number>();

  const outcome = (kind: string): void => void kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const guarded = (label: string, act: () => void): void => {
    try {
      act();
      outcome('read');
    } catch (thrown) {
      if (!isTruckeeError(thrown) || !allowed.has(thrown.kind)) throw new Error(`${label} ended in an error of the wrong kind`, { cause: thrown });
      outcome(thrown.kind);
    }
  };

  test('the own reader, 3,000 cases', async () => {
    const samples = await Promise.all(files.map((name) => sampleOf(join(folder, name))));
    kinds.clear();
    let slowestMs = 0;
    for (let round = 0; round < 3000; round++) {
      const random = randomFrom(round);
      const sample = samples[round % samples.length]!;
      const { name, address, isText } = sample.datasets[random(sample.datasets.length)]!;
      const hits = damage(sample.content, address, random);
      prepare(sample.content);
      hits.forEach(({ at, bytes }) => put(at, bytes));
      const from = performance.now();
      const file = openBytes(path);
      guarded(`case ${round}, ${files[round % files.length]}${name}`, () => {
        if (isText) return readTexts({ file, widths: sample.widths, headerAddress: () => address }, name);
        const spec = describeAt(file, sample.widths, address, name);
        if (spec.layout.kind !== 'foreign') readSome(spec);
      });
      file.close();
      slowestMs = Math.max(slowestMs, performance.now() - from);
    }
    // A file that hangs its reader takes for ever, not some seconds.
    expect(slowestMs).toBeLessThan(30_000);
    // The damage must have met both sides: files still read, and files refused.
    expect(kinds.get('read')).toBeGreaterThan(400);
    expect(kinds.get('corrupt-file')).toBeGreaterThan(400);
    expect(kinds.get('corrupt-chunk')).toBeGreaterThan(20);
    expect(process.memoryUsage().rss).toBeLessThan(1.5 * 2 ** 30);
  });

  test('the whole door, 150 cases with truncations', async () => {
    const contents = files.map((name) => new Uint8Array(readFileSync(join(folder, name))));
    kinds.clear();
    for (let round = 0; round < 150; round++) {
      const random = randomFrom(100_000 + round);
      const content = contents[round % contents.length]!;
      const cut = round % 5 === 0 ? random(content.length) : content.length;
      prepare(content.subarray(0, cut));
      if (round % 5 !== 0) damage(content, random(content.length), random).forEach(({ at, bytes }) => put(at, bytes));
      const label = `case ${round}, ${files[round % files.length]}`;
      let structure: Structure | null = null;
      try {
        structure = await openStructure(path);
      } catch (thrown) {
        guarded(label, () => {
          throw thrown;
        });
      }
      if (structure !== null) useAll(structure, label);
      structure?.close();
    }
    expect(kinds.get('read')).toBeGreaterThan(400);
    expect(kinds.get('truncated-file')).toBe(30);
    expect(kinds.get('corrupt-file')).toBeGreaterThan(30);
  });

  const useAll = (structure: Structure, label: string): void => {
    let names: string[] = [];
    guarded(label, () => void (names = objectsIn(structure, '/')));
    for (const name of names.slice(0, 60)) {
      guarded(`${label}${name}`, () => {
        for (const key of structure.attributes(name)) structure.attribute(name, key);
        if (structure.kind(name) !== 'dataset') return;
        const { element, shape } = structure.dataset(name);
        if (element.kind === 'string') structure.strings(name);
        else if (element.kind === 'record') structure.records(name);
        else if (shape?.length === 1 || shape?.length === 2) {
          const spec = structure.describe(name);
          if (spec.layout.kind !== 'foreign') readSome(spec);
        } else structure.numbers(name);
      });
    }
  };

  const prepare = (content: Uint8Array): void => {
    const file = openSync(path, 'w');
    ftruncateSync(file, 0);
    writeSync(file, content);
    closeSync(file);
  };
  const put = (at: number, bytes: Uint8Array): void => {
    const file = openSync(path, 'r+');
    writeSync(file, bytes, 0, bytes.length, at);
    closeSync(file);
  };
});
