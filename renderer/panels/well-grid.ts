/** Samples of a plate laid out as eight rows of twelve, by the number in their name. */

const columns = 12;
const rowCount = 8;

export interface WellGrid<T> {
  readonly rows: readonly (readonly (T | null)[])[];
  /** Samples that found no well: the plate lists more than 96. */
  readonly left: number;
}

export function wellGrid<T extends { readonly sample: string }>(samples: readonly T[]): WellGrid<T> {
  const ordered = [...samples].sort((a, b) => a.sample.localeCompare(b.sample, 'en', { numeric: true }));
  const rows = Array.from({ length: rowCount }, (_, row) => Array.from({ length: columns }, (_unused, column) => ordered[row * columns + column] ?? null));
  return { rows, left: Math.max(0, ordered.length - rowCount * columns) };
}
