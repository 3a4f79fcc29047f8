/** Figures of two integrations by name, for the command line and for pages: before, and after each. */

/** What an integration result says of itself (uns/integrate.json); only what is compared. */
export interface Integration {
  readonly method: string;
  readonly verdict: string;
  readonly words: string;
  readonly quality: null | {
    readonly way: number; readonly ceiling: number; readonly full_mixing: number; readonly overlap: number; readonly strain: number; readonly trustworthiness: number;
    readonly before: IntegrationSide; readonly after: IntegrationSide;
  };
}

export interface IntegrationSide {
  readonly mix: number; readonly same_batch: number; readonly iLISI: number; readonly same_label: number | null; readonly cLISI: number | null;
  readonly clusters: number; readonly ARI: number | null; readonly NMI: number | null;
  readonly controls: null | { readonly mix: number; readonly same_batch: number; readonly separation: number | null };
}

export interface ComparedFigure {
  readonly name: string;
  readonly a: number | null;
  readonly b: number | null;
}

const sideFigures = ['mix', 'same_batch', 'iLISI', 'same_label', 'cLISI', 'clusters', 'ARI', 'NMI'] as const;
const wholeFigures = ['way', 'ceiling', 'full_mixing', 'overlap', 'strain', 'trustworthiness'] as const;

/** One row per figure; a skipped integration has none of them. */
export function comparedFigures(a: Integration, b: Integration): ComparedFigure[] {
  const row = (name: string, of: (quality: NonNullable<Integration['quality']>) => number | null): ComparedFigure => ({
    name, a: a.quality && of(a.quality), b: b.quality && of(b.quality),
  });
  return [
    ...sideFigures.flatMap((name) => [row(`${name} before`, (q) => q.before[name]), row(`${name} after`, (q) => q.after[name])]),
    ...(['before', 'after'] as const).flatMap((side) => [
      row(`controls mix ${side}`, (q) => q[side].controls?.mix ?? null), row(`controls separation ${side}`, (q) => q[side].controls?.separation ?? null),
    ]),
    ...wholeFigures.map((name) => row(name, (q) => q[name])),
  ].filter((figure) => figure.a !== null || figure.b !== null);
}
