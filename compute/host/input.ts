/** Opens the plates of a run: counts found, genes brought together, column-order files turned into row order. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import type { PlateInput } from '../../protocol/jobs.ts';
import { cachedColumn } from '../columns/cached.ts';
import type { ColumnRef } from '../columns/file.ts';
import { commonGenes, unsharedGenes, type Plate } from '../matrix/plates.ts';
import { openPlate, packInPlaceOf } from '../stores/index.ts';
import type { Column, MatrixSpec, ReadSpec } from '../stores/contract.ts';
import type { RunInput } from '../steps/contract.ts';

export interface OpenInputOptions {
  readonly plates: readonly PlateInput[];
  readonly genes: 'same' | 'inner';
  readonly cache: string;
  /** Says which plates are read from packs. */
  note?(text: string): void;
  /** Makes the row-order copy of a column-order matrix at the given path. */
  transpose(spec: MatrixSpec, path: string): Promise<MatrixSpec>;
}

export async function openInput(options: OpenInputOptions): Promise<RunInput> {
  const specs: ReadSpec[] = [];
  const genes: { name: string; genes: readonly string[] }[] = [];
  for (const input of options.plates) {
    const file = await openPlate(input.path);
    try {
      const spec = file.counts();
      if (!spec) {
        if (file.matrices().length === 0) throw failure('no-matrix', { path: input.path });
        throw failure('not-counts', { path: input.path, slot: file.matrices()[0]!.facts.slot, example: null, row: null });
      }
      if (file.nObs === 0) throw failure('no-cells', { path: input.path });
      specs.push(packed(spec, input, options) ?? (await inRowOrder(spec, input, options)));
      genes.push({ name: input.name, genes: file.geneNames() });
    } finally {
      file.close();
    }
  }
  const common = commonGenes(genes, options.genes);
  let rowOffset = 0;
  const plates = options.plates.map((input, i): Plate => {
    const { facts } = specs[i]!;
    const plate: Plate = {
      name: input.name, path: input.path, spec: specs[i]!, rowOffset, nObs: facts.nObs, nVars: facts.nVars, toCommon: common.maps[i]!,
    };
    rowOffset += facts.nObs;
    return plate;
  });
  const columnCache = new Map<string, readonly ColumnRef[]>();
  return {
    plates, genes: common.names, nObs: rowOffset,
    unshared: genes.map((plate, i) => unsharedGenes(plate.genes, common.maps[i]!)),
    groupColumns: () => groupColumns(options),
    storedEmbedding: (name) => embeddings(options, name),
    columnFiles(name) {
      const known = columnCache.get(name);
      if (!known) throw failure('internal', { detail: `column ${name} was not prepared` });
      return known;
    },
    async prepareColumns(names: readonly string[]) {
      for (const name of names) {
        if (!columnCache.has(name)) columnCache.set(name, await columnFiles(options, name));
      }
    },
  };
}

/** Categories and repeated words of every plate: identifiers (nearly as many values as cells) are no groups. */
async function groupColumns(options: OpenInputOptions): Promise<string[]> {
  let names: string[] | null = null;
  for (const input of options.plates) {
    const file = await openPlate(input.path);
    try {
      const here = file.obsColumns.filter((name) => isGroup(file.obsColumn(name, 0, Math.min(file.nObs, probedRows))));
      names = names === null ? here : names.filter((name) => here.includes(name));
    } finally {
      file.close();
    }
  }
  return names ?? [];
}

async function embeddings(options: OpenInputOptions, name: string): Promise<MatrixSpec[]> {
  const found: MatrixSpec[] = [];
  for (const input of options.plates) {
    const file = await openPlate(input.path);
    try {
      const spec = file.embedding(name);
      if (spec === null) throw failure('missing-input', { step: input.name, slot: `obsm/${name}`, remedyStep: 'pca' });
      found.push(spec);
    } finally {
      file.close();
    }
  }
  return found;
}

const probedRows = 2000;
/** More values than this share of the probed cells: a name of cells, not of groups. */
const mostDistinct = 0.3;

function isGroup(column: Column): boolean {
  if (column.kind === 'categorical') return new Set(column.codes).size <= Math.max(50, mostDistinct * column.codes.length);
  return column.kind === 'string' && new Set(column.values).size <= Math.max(2, mostDistinct * column.values.length);
}

async function columnFiles(options: OpenInputOptions, name: string): Promise<ColumnRef[]> {
  const refs: ColumnRef[] = [];
  for (const input of options.plates) {
    const file = await openPlate(input.path);
    try {
      refs.push(cachedColumn(file, name, input.fingerprint, options.cache));
    } finally {
      file.close();
    }
  }
  return refs;
}

/** The pack beside the file in place of its matrix: the same cells, read several times as fast. */
function packed({ facts }: MatrixSpec, { name, path }: PlateInput, { note }: OpenInputOptions): ReadSpec | null {
  const found = packInPlaceOf(path, facts);
  if (found === null) return null;
  if (found.path === undefined) {
    note?.(`${name}: its pack is left alone (${found.reason})`);
    return null;
  }
  note?.(`${name}: read from its pack`);
  return { kind: 'pack', facts, path: found.path };
}

async function inRowOrder(spec: MatrixSpec, input: PlateInput, options: OpenInputOptions): Promise<MatrixSpec> {
  if (spec.kind !== 'columns') return spec;
  const slot = spec.facts.slot.replaceAll('/', '-');
  const path = join(options.cache, `${input.fingerprint.slice(0, 32)}-${slot}.rows`);
  if (existsSync(path)) return { ...spec, spool: path };
  mkdirSync(options.cache, { recursive: true });
  return options.transpose(spec, path);
}
