/** Everything a map draws: a sample of cells with colour and filter columns, and for many cells the counts in squares. */
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { RunColumns } from '../../protocol/api.types.ts';
import type { View } from '../../protocol/view-file.ts';
import { choosesAll } from '../../protocol/cell-choice.ts';
import { pointsOptions, rasterOptions } from '../client/points.ts';
import { passing } from '../plots/bins.ts';
import { insidePolygon } from '../plots/camera.ts';
import type { Region } from '../plots/DensityMap.tsx';
import { drawsPoints } from '../plots/graphics.ts';
import { paint } from '../plots/point-colors.ts';
import { meansPerSquare, paintRaster } from '../plots/raster-colors.ts';
import { choiceOf, type ViewState } from '../plots/view-state.ts';
import type { Raster } from '../../protocol/raster-file.ts';

/** Cells behind histograms and legends of a map in squares; points drawn at most. */
const [sampleCells, mostPoints] = [200_000, 1_000_000];
const squares = 512;

export function useMap(run: string, columns: RunColumns, state: ViewState, dark: boolean) {
  const { basis, color, gene, filters, groups, shown, lasso } = state;
  const placed = columns.bases.find((one) => one.name === basis)?.rows ?? 0;
  const density = state.draw === 'density' || (state.draw === 'auto' && !drawsPoints(placed));
  const request = { run, basis, axes: [0, 1] as const, most: density ? sampleCells : mostPoints };
  const points = useQuery({ ...pointsOptions({ ...request, color, gene }), placeholderData: (old: View | undefined) => old });
  const names = [...Object.keys(filters), ...Object.keys(groups)];
  // Equal seeds draw equal cells: values of another column line up with the points.
  const others = useQueries({ queries: names.map((name) => pointsOptions({ ...request, color: name })) });
  const view = points.data;
  const inView = useMemo(() => new Map(names.map((name, i) => [name, others[i]?.data])), [names.join('\n'), ...others.map((other) => other.data)]);
  const chosen = useMemo(() => (view ? passing(view.x.length, testsOf(view, state, inView)) : null), [view, filters, groups, lasso, inView]);
  const shownCodes = useMemo(() => codesOf(view, shown), [view, shown]);
  const colors = useMemo(() => (view && !density ? paint(view, { shown: shownCodes, chosen, dark }) : new Uint8Array(0)), [view, density, shownCodes, chosen, dark]);

  const choice = useMemo(() => choiceOf(state), [basis, color, gene, filters, groups, shown, lasso]);
  const asked = { run, basis, color: gene === null ? color : null, choice };
  const raster = useQuery({ ...rasterOptions({ ...asked, width: squares, height: squares }), enabled: density, placeholderData: keepPreviousData });
  const [part, setPart] = useState<{ readonly region: Region; readonly width: number; readonly height: number } | null>(null);
  const detail = useQuery({ ...rasterOptions({ ...asked, ...(part ? { width: part.width, height: part.height, region: [...part.region] } : { width: 1, height: 1 }) }), enabled: density && part !== null, placeholderData: keepPreviousData });
  const painted = (one: Raster | undefined) => {
    if (!one) return null;
    const category = view?.header.color;
    const values = gene !== null && view?.values && view.header.color?.kind === 'numbers'
      ? { perSquare: meansPerSquare(one, view.x, view.y, view.values), min: view.header.color.min, max: view.header.color.max } : undefined;
    return { raster: one, pixels: paintRaster(one, { dark, labels: category?.kind === 'categories' ? category.categories : null, ...(values ? { values } : {}) }) };
  };
  const whole = useMemo(() => painted(raster.data), [raster.data, view, gene, dark]);
  const fine = useMemo(() => (part === null ? null : painted(detail.data)), [detail.data, part, view, gene, dark]);
  const cut = !choosesAll(choice);
  // A picture of an earlier choice stays until the new one is there; its count does not.
  const counted = density ? (raster.isPlaceholderData ? undefined : raster.data?.header.chosen) : view && !points.isPlaceholderData && names.every((name) => inView.get(name)) ? countOf(view, chosen, shownCodes) : undefined;
  return {
    density, placed, view, inView, chosen, shownCodes, colors, whole, fine, choice, names,
    onStill: setPart,
    /** Cells that the choice leaves, exact over all placed cells in squares; null when nothing is cut or it is not known yet. */
    chosenCells: cut && counted !== undefined ? counted : null,
    error: points.error ?? raster.error ?? null,
    errorOf: (name: string) => others[names.indexOf(name)]?.error ?? null,
  };
}

function testsOf(view: View, { filters, groups, lasso }: ViewState, inView: ReadonlyMap<string, View | undefined>): ((at: number) => boolean)[] {
  const tests: ((at: number) => boolean)[] = [];
  for (const [name, range] of Object.entries(filters)) {
    const values = inView.get(name)?.values;
    if (range && values && values.length === view.x.length) tests.push((at) => values[at]! >= range[0] && values[at]! <= range[1]);
  }
  for (const [name, labels] of Object.entries(groups)) {
    const other = inView.get(name);
    const codes = other?.codes;
    const meant = codesOf(other, labels);
    if (codes && meant && codes.length === view.x.length) tests.push((at) => meant.has(codes[at]!));
  }
  if (lasso) {
    const inside = insidePolygon(view.x, view.y, lasso.map(([x, y]) => ({ x, y })));
    tests.push((at) => inside[at] === 1);
  }
  return tests;
}

function codesOf(view: View | undefined, labels: readonly string[] | null): ReadonlySet<number> | null {
  if (labels === null || view?.header.color?.kind !== 'categories') return null;
  const { categories } = view.header.color;
  return new Set(labels.map((label) => categories.indexOf(label)).filter((code) => code >= 0));
}

function countOf(view: View, chosen: Uint8Array | null, shown: ReadonlySet<number> | null): number {
  let n = 0;
  for (let i = 0; i < view.x.length; i++) if ((chosen === null || chosen[i] === 1) && (shown === null || !view.codes || shown.has(view.codes[i]!))) n += 1;
  return n;
}
