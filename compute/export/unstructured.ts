/** What a run knows about itself as uns entries under scanpy's names, and its provenance as one JSON text. */
import { demoKey } from '../../protocol/matrix.ts';
import { withoutPathsInside } from '../../protocol/paths.ts';
import { fitCurve } from '../graph/curve.ts';
import type { UnsDict, UnsValue } from '../results/h5ad/index.ts';
import { graphNames } from './graph.ts';
import type { FoundSlots } from '../results/slots.ts';

/** Facts that only later steps read; what they say stands in the provenance. */
const internal = ['filter', 'normalize', 'subset'];

type Facts = Readonly<Record<string, unknown>>;

/** `logged`: X holds the logarithm. Otherwise uns/log1p stays away, or scanpy would refuse to take the logarithm of counts. `demo`: cells are generated ones. */
export function unsEntries(slots: FoundSlots, provenance: Facts, { logged, demo }: { readonly logged: boolean; readonly demo: boolean }): UnsDict {
  const entries: Record<string, UnsValue> = { truckee: JSON.stringify(withoutPathsInside(provenance)) };
  if (demo) entries[demoKey] = { note: 'Taken from generated data, not measured: demonstration plates of Truckee.' };
  for (const name of slots.names('uns')) {
    if (internal.includes(name) || name === 'truckee' || (name === 'log1p' && !logged)) continue;
    entries[name] = unsValue(named(name, slots.facts(name) as Facts, slots));
  }
  return entries;
}

function named(name: string, facts: Facts, slots: FoundSlots): Facts {
  switch (name) {
    case 'neighbors': {
      const keys = Object.fromEntries(graphNames(slots).map((graph) => [`${graph}_key`, graph]));
      return { ...keys, params: facts['params'] };
    }
    case 'umap': {
      const params = facts['params'] as { min_dist: number; spread: number };
      return { ...facts, params: { ...fitCurve(params.spread, params.min_dist), ...params } };
    }
    case 'hvg':
      return { flavor: facts['flavor'] };
    default:
      return facts;
  }
}

/** JSON as uns: missing values are left out, lists of numbers become arrays, anything mixed its own JSON text. */
function unsValue(value: unknown): UnsValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every((one) => typeof one === 'string')) return value;
    if (value.every((one) => typeof one === 'number' || one === null)) {
      const numbers = value.map((one) => one ?? Number.NaN);
      return numbers.length > 0 && numbers.every(Number.isSafeInteger) ? numbers : Float64Array.from(numbers);
    }
    return JSON.stringify(value);
  }
  const entries = Object.entries(value).map(([key, inner]): [string, UnsValue] => [key.replaceAll('/', '_'), unsValue(inner)]);
  return Object.fromEntries(entries);
}
