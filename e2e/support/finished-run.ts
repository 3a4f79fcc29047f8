/** A finished run as tests look at it: arrays by slot, recorded facts, and digests of every byte it stored. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openStored, type StoredArray } from '../../compute/results/array.ts';
import type { Provenance } from '../../protocol/provenance.ts';

/** The last line of `truckee run --json`. */
export interface RunSummary {
  readonly run: string;
  readonly results: readonly { readonly step: string; readonly path: string; readonly reused: boolean }[];
}

export interface FinishedRun {
  readonly id: string;
  /** Step -> whether an earlier result was taken. */
  readonly reused: Readonly<Record<string, boolean>>;
  /** Texts of all notes. */
  readonly notes: readonly string[];
  folder(step: string): string;
  has(slot: string): boolean;
  /** The array that the last step to write the slot wrote. */
  array(slot: string): StoredArray;
  /** Its values, widened to float64. */
  numbers(slot: string): Float64Array;
  integers(slot: string): Int32Array;
  /** uns/<name>.json of whichever step wrote it. */
  facts<T>(name: string): T;
  provenance(step: string): Provenance;
  /** Digest of each stored file but provenance.json, by step and path. */
  digests(): Record<string, string>;
}

export function openRun({ run, results }: RunSummary, lines: readonly Readonly<Record<string, unknown>>[]): FinishedRun {
  const folders = new Map(results.map(({ step, path }) => [step, path]));
  const folder = (step: string): string => {
    const path = folders.get(step);
    if (!path) throw new Error(`the run has no step ${step}`);
    return path;
  };
  const find = (name: string): string | undefined => results.map(({ path }) => join(path, name)).findLast((path) => existsSync(path));
  const array = (slot: string): StoredArray => {
    const path = find(slot);
    if (!path) throw new Error(`no step wrote ${slot}`);
    return openStored(path);
  };
  return {
    id: run,
    reused: Object.fromEntries(results.map(({ step, reused }) => [step, reused])),
    notes: lines.flatMap((line) => (line['kind'] === 'note' ? [String(line['text'])] : [])),
    folder,
    has: (slot) => find(slot) !== undefined,
    array,
    numbers: (slot) => Float64Array.from(array(slot).read()),
    integers: (slot) => Int32Array.from(array(slot).read()),
    facts<T>(name: string): T {
      const path = find(`uns/${name}.json`);
      if (!path) throw new Error(`no step wrote uns/${name}.json`);
      return JSON.parse(readFileSync(path, 'utf8')) as T;
    },
    provenance: (step) => JSON.parse(readFileSync(join(folder(step), 'provenance.json'), 'utf8')) as Provenance,
    digests() {
      const entries = results.flatMap(({ step, path }) => filesBelow(path).map((file): [string, string] => [`${step}/${relative(path, file)}`, digestOf(file)]));
      return Object.fromEntries(entries.filter(([name]) => !name.endsWith('provenance.json')).sort());
    },
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]);
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
}
