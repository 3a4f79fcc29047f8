/** What a map shows, as plain data: kept in the address so that it can be shared and reopened, changed only in steps that can be undone. */
import type { CellChoice } from '../../protocol/cell-choice.ts';

export interface ViewState {
  readonly basis: string;
  /** obs column, or null for one plain colour. */
  readonly color: string | null;
  /** A gene instead of the column. */
  readonly gene: string | null;
  /** Ranges of columns of numbers; null where a column is looked at but nothing is cut. */
  readonly filters: Readonly<Record<string, readonly [number, number] | null>>;
  /** Labels of columns; null where a column is looked at but nothing is cut. */
  readonly groups: Readonly<Record<string, readonly string[] | null>>;
  /** Labels of the colour's column shown in full; null for all. */
  readonly shown: readonly string[] | null;
  /** Corners of a lasso in the map's own units. */
  readonly lasso: readonly (readonly [number, number])[] | null;
  /** Every cell a point, or cells counted in squares; auto takes what this browser draws well. */
  readonly draw: 'auto' | 'points' | 'density';
}

/** The cells that a view means: what its filters, shown labels and lasso leave. */
export function choiceOf({ basis, color, gene, filters, groups, shown, lasso }: ViewState): CellChoice {
  const ranges = Object.fromEntries(Object.entries(filters).flatMap(([name, range]) => (range === null ? [] : [[name, [range[0], range[1]] as [number, number]]])));
  const labels = Object.fromEntries(Object.entries(groups).flatMap(([name, names]) => (names === null ? [] : [[name, [...names]]])));
  if (shown !== null && color !== null && gene === null) labels[color] = labels[color] ? labels[color].filter((label) => shown.includes(label)) : [...shown];
  return { ranges, labels, lasso: lasso === null ? null : { basis, axes: [0, 1], corners: lasso.map(([x, y]) => [x, y] as [number, number]) } };
}

export interface History {
  readonly now: ViewState;
  readonly past: readonly ViewState[];
  readonly future: readonly ViewState[];
}

export type Change = { readonly kind: 'set'; readonly change: Partial<ViewState>; /** Dragging makes many: they become one step. */ readonly merge?: string } | { readonly kind: 'undo' } | { readonly kind: 'redo' };

/** Steps that can be taken back. */
const mostSteps = 200;

export const beginning = (now: ViewState): History => ({ now, past: [], future: [] });

export function step(history: History & { readonly merging?: string | undefined }, change: Change): History & { readonly merging?: string | undefined } {
  const { now, past, future } = history;
  switch (change.kind) {
    case 'set': {
      const next = { ...now, ...change.change };
      if (JSON.stringify(next) === JSON.stringify(now)) return history;
      const goesOn = change.merge !== undefined && change.merge === history.merging;
      return { now: next, past: goesOn ? past : [...past, now].slice(-mostSteps), future: [], merging: change.merge };
    }
    case 'undo':
      return past.length === 0 ? history : { now: past.at(-1)!, past: past.slice(0, -1), future: [now, ...future] };
    case 'redo':
      return future.length === 0 ? history : { now: future[0]!, past: [...past, now], future: future.slice(1) };
    default:
      return change satisfies never;
  }
}

/** Only what differs from the way a map opens, short enough for an address. */
export function toText(state: ViewState, usual: ViewState): string | undefined {
  const changed = Object.entries(state).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key as keyof ViewState]));
  return changed.length === 0 ? undefined : JSON.stringify(Object.fromEntries(changed));
}

/** The only way in from an address: parts that do not fit are left as usual. */
export function fromText(text: string | undefined, usual: ViewState): ViewState {
  if (text === undefined) return usual;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Cut off or edited by hand: the map opens as usual.
    return usual;
  }
  if (typeof parsed !== 'object' || parsed === null) return usual;
  const given = parsed as Readonly<Record<string, unknown>>;
  const name = (value: unknown, otherwise: string | null): string | null => (typeof value === 'string' || value === null ? value : otherwise);
  return {
    basis: typeof given['basis'] === 'string' ? given['basis'] : usual.basis,
    color: 'color' in given ? name(given['color'], usual.color) : usual.color,
    gene: 'gene' in given ? name(given['gene'], usual.gene) : usual.gene,
    filters: isRanges(given['filters']) ? given['filters'] : usual.filters,
    groups: isGroups(given['groups']) ? given['groups'] : usual.groups,
    shown: isTexts(given['shown']) ? given['shown'] : usual.shown,
    lasso: isCorners(given['lasso']) ? given['lasso'] : usual.lasso,
    draw: given['draw'] === 'points' || given['draw'] === 'density' ? given['draw'] : usual.draw,
  };
}

function isRanges(value: unknown): value is ViewState['filters'] {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    && Object.values(value).every((range) => range === null || (Array.isArray(range) && range.length === 2 && range.every((end) => typeof end === 'number')));
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((label) => typeof label === 'string');
}

function isGroups(value: unknown): value is ViewState['groups'] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((labels) => labels === null || isTexts(labels));
}

function isCorners(value: unknown): value is readonly (readonly [number, number])[] {
  return Array.isArray(value) && value.every((corner) => Array.isArray(corner) && corner.length === 2 && corner.every((place) => Number.isFinite(place)));
}
