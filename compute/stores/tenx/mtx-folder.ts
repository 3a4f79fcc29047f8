/** A 10x folder: matrix.mtx, barcodes.tsv and features.tsv (genes.tsv before Cell Ranger 3), each perhaps gzipped. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { failure, systemFailure } from '../../../protocol/errors.ts';
import type { MatrixFacts } from '../../../protocol/matrix.ts';
import type { Column, MatrixSpec } from '../contract.ts';
import { findCounts } from '../counts.ts';
import { fileLines } from '../mtx/bytes.ts';
import { readMtxHeader } from '../mtx/header.ts';
import type { PlateParts } from '../parts.ts';
import { listedFrame, type Frame } from '../tables/frame.ts';

/** Names of the three files, null where one is missing. Errors: file-not-found, not-permitted. */
export function mtxFiles(folder: string): { matrix: string; barcodes: string; features: string } | null {
  const names = listFolder(folder);
  // Some deposits put the sample's name in front; then there must be one of each only.
  const find = (endings: readonly string[]): string | undefined => {
    const found = names.filter((name) => endings.some((ending) => name === ending || name.endsWith(`_${ending}`) || name.endsWith(`.${ending}`)));
    return found.length === 1 ? join(folder, found[0]!) : undefined;
  };
  const both = (name: string): string[] => [name, `${name}.gz`];
  const matrix = find(both('matrix.mtx'));
  const barcodes = find(both('barcodes.tsv'));
  const features = find([...both('features.tsv'), ...both('genes.tsv')]);
  return matrix && barcodes && features ? { matrix, barcodes, features } : null;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    throw systemFailure(thrown, folder) ?? thrown;
  }
}

/** Errors: those of reading, corrupt-file, unsupported-encoding. */
export async function mtxParts(folder: string, files: { matrix: string; barcodes: string; features: string }): Promise<PlateParts> {
  const header = await readMtxHeader(files.matrix);
  const obs = await barcodeFrame(files.barcodes);
  const genes = await featureFrame(files.features);
  const [nObs, nVars] = [obs.length, genes.length];
  const fits = (header.rows === nVars && header.columns === nObs) || (header.rows === nObs && header.columns === nVars);
  if (!fits) {
    const reason = `it is ${header.rows} x ${header.columns} where ${nVars} genes and ${nObs} cells are listed`;
    throw failure('corrupt-file', { path: files.matrix, element: 'the matrix', reason });
  }
  const facts: MatrixFacts = {
    slot: 'X',
    // To a reader of rows a list of entries is like column order: it needs a row-order copy.
    kind: 'csc_matrix',
    dtype: header.values === 'real' ? 'float64' : 'int64',
    chunks: null,
    filter: files.matrix.endsWith('.gz') ? 'gzip' : null,
    shuffle: false,
    nObs,
    nVars,
    stored: header.stored,
    storedBytes: statSync(files.matrix).size,
  };
  const matrix: MatrixSpec = { kind: 'columns', facts, source: { kind: 'mtx', path: files.matrix }, spool: null };
  return {
    path: folder,
    format: '10x-mtx',
    bytes: Object.values(files).reduce((total, file) => total + statSync(file).size, 0),
    encoding: 'matrix-market',
    obs,
    var: genes,
    rawVar: null,
    matrices: [matrix],
    counts: await findCounts([matrix]),
    obsm: {},
    demo: false,
    problems: [],
    close: () => undefined,
  };
}

async function barcodeFrame(path: string): Promise<Frame> {
  const names: string[] = [];
  for await (const line of fileLines(path)) if (line !== '') names.push(line.split('\t', 1)[0]!);
  return listedFrame(names, new Map());
}

/** Identifier, symbol, kind of feature; older and trimmed files have fewer fields. */
async function featureFrame(path: string): Promise<Frame> {
  const rows: string[][] = [];
  for await (const line of fileLines(path)) if (line !== '') rows.push(line.split('\t'));
  const width = Math.min(...rows.map((row) => row.length), 3);
  const names = rows.map((row) => row[width > 1 ? 1 : 0]!);
  const columns = new Map<string, Column>();
  if (width > 1) columns.set('gene_ids', { kind: 'string', values: rows.map((row) => row[0]!) });
  if (width > 2) columns.set('feature_types', { kind: 'string', values: rows.map((row) => row[2]!) });
  return listedFrame(names, columns);
}
