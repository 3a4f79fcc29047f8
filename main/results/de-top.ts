/** Takes the leading genes that a comparison wrote beside its tables into the catalog. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import type { Fingerprint } from '../../protocol/ids.ts';
import { keepTop, type TopRow } from '../catalog/de-top.ts';
import type { Catalog } from '../catalog/schema.ts';

/** Rows of one result that the catalog keeps: it holds conditions, not genomes. */
const mostRows = 100_000;

interface Facts {
  readonly strata: readonly { readonly name: string; readonly file: string | null; readonly targets: readonly unknown[] }[];
}

interface Top {
  readonly target: string;
  readonly genes: readonly string[];
  readonly log2_fold_change: readonly (number | string)[];
  readonly p_value: readonly number[];
  readonly fdr: readonly number[];
}

/** @throws corrupt-result. */
export function recordTop(catalog: Catalog, folder: string, fingerprint: Fingerprint): void {
  const { strata } = readJson<Facts>(join(folder, 'uns', 'de.json'));
  const targets = strata.reduce((sum, one) => sum + one.targets.length, 0);
  const most = Math.max(1, Math.floor(mostRows / Math.max(1, targets)));
  const rows: TopRow[] = [];
  for (const { name, file } of strata) {
    if (file === null) continue;
    for (const top of readJson<readonly Top[]>(join(folder, file.replace(/\.parquet$/, '.top.json')))) {
      top.genes.slice(0, most).forEach((feature, i) => {
        const change = top.log2_fold_change[i]!;
        rows.push({ stratum: name, target: top.target, place: i + 1, feature, log2FoldChange: typeof change === 'number' ? change : null, pValue: top.p_value[i]!, fdr: top.fdr[i]! });
      });
    }
  }
  keepTop(catalog, fingerprint, rows);
}

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (cause) {
    throw failure('corrupt-result', { path, reason: 'it is missing or not JSON' }, cause);
  }
}
