/** A list of wanted genes against the genes of an atlas: how many are shared, which are missing, and what is to become of those. */
import { readFileSync } from 'node:fs';
import { failure, systemFailure } from '../../protocol/errors.ts';
import { ensemblKey } from '../../protocol/labels.ts';
import { distinctNames } from '../catalog/atlas.ts';
import type { Catalog } from '../catalog/schema.ts';

/** fill: missing genes are zero everywhere; drop: they are left out; reject: nothing is built without them. */
export const joinPolicies = ['fill', 'drop', 'reject'] as const;
export type JoinPolicy = (typeof joinPolicies)[number];

export interface GeneJoin {
  readonly wanted: number;
  readonly shared: number;
  readonly missing: readonly string[];
  readonly policy: JoinPolicy | null;
  /** Genes that what is built will have, in the order of the list. */
  readonly genes: number;
}

/** By symbol, or by Ensembl id without its version. */
export function joinGenes(wanted: readonly string[], symbols: ReadonlySet<string>, ids: ReadonlySet<string>, policy: JoinPolicy | null): GeneJoin {
  const missing = wanted.filter((gene) => !symbols.has(gene) && !ids.has(ensemblKey(gene)));
  const shared = wanted.length - missing.length;
  return { wanted: wanted.length, shared, missing, policy, genes: policy === 'drop' ? shared : wanted.length };
}

/** Before anything is built: missing genes need a decision. @throws gene-mismatch */
export function requirePolicy(join: GeneJoin, list: string): void {
  if (join.missing.length === 0 || join.policy === 'fill' || join.policy === 'drop') return;
  throw failure('gene-mismatch', { first: list, other: 'the catalog', shared: join.shared, firstOnly: join.missing.length, otherOnly: 0, examples: join.missing.slice(0, 5) });
}

/** The first field of every line; a heading is one when no gene is called so. @throws file-not-found, bad-table, no-catalog */
export function joinGeneList(db: Catalog, path: string, policy: JoinPolicy | null): GeneJoin {
  const symbols = new Set(distinctNames(db, 'SELECT symbol AS name FROM genes'));
  if (symbols.size === 0) throw failure('not-found', { what: 'table of genes in the catalog', name: 'gene_metadata', near: [] });
  const ids = new Set(distinctNames(db, 'SELECT ensembl_id AS name FROM genes WHERE ensembl_id IS NOT NULL'));
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  }
  const names = text.replace(/^\uFEFF/, '').split(/\r?\n/).map((line) => line.split(/[,\t]/)[0]!.trim().replace(/^"|"$/g, '')).filter((name) => name !== '');
  const [first] = names;
  const wanted = first !== undefined && /^(gene|gene_?(name|symbol|id)s?|symbol|ensembl_id)$/i.test(first) ? names.slice(1) : names;
  const seen = new Set<string>();
  const repeated = wanted.find((name) => seen.size === seen.add(name).size);
  if (wanted.length === 0 || repeated !== undefined) throw failure('bad-table', { path, row: 1, reason: repeated === undefined ? 'it lists no gene' : `it lists ${repeated} twice` });
  return joinGenes(wanted, symbols, ids, policy);
}
