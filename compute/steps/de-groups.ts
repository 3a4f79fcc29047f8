/** Which cells of a plate are compared with which: strata, their reference and targets, and what is skipped, because. */
import type { Labels } from './de-labels.ts';
import { choiceNames, isMeant, separator } from './de-labels.ts';

export interface DeTarget {
  readonly target: string;
  readonly cells: number;
  /** Cells that it is compared with. */
  readonly referenceCells: number;
}

export interface DeSkipped {
  /** Null where the whole stratum is skipped. */
  readonly target: string | null;
  readonly cells: number;
  readonly because: string;
}

export interface PlateStratum {
  /** Label of each strata column, in their order. */
  readonly labels: readonly string[];
  /** First slot: the reference, or what is compared with every target and is none; targets follow in order of their labels. */
  readonly base: number;
  /** Of the reference; of all labels where each is compared with the rest. */
  readonly referenceCells: number;
  /** All kept cells of the stratum, compared or not. */
  readonly cells: number;
  readonly targets: readonly DeTarget[];
  readonly skipped: readonly DeSkipped[];
}

export interface PlateGroups {
  readonly strata: readonly PlateStratum[];
  /** Per cell in shared memory: its slot or -1, and its stratum (also of cells that are not compared) or -1. */
  readonly slot: Int32Array;
  readonly stratum: Int32Array;
  readonly slotCells: Float64Array;
  /** Strata without anything to compare. */
  readonly skipped: readonly { readonly labels: readonly string[]; readonly cells: number; readonly skipped: readonly DeSkipped[] }[];
}

export interface GroupRules {
  readonly reference: string;
  readonly groups: readonly string[];
  readonly minCells: number;
  /** The conditions are the two choices. */
  readonly choices: boolean;
  /** Every condition is compared with all other labelled cells: there is no reference. */
  readonly rest: boolean;
}

/** `keep`: kept cells of the plate; null keeps all. */
export function groupPlate(strata: Labels, groups: Labels, keep: Uint8Array | null, rules: GroupRules): PlateGroups {
  const cells = strata.codes.length;
  const width = groups.names.length;
  const counts = new Float64Array(strata.names.length * width);
  const sizes = new Float64Array(strata.names.length);
  for (let cell = 0; cell < cells; cell++) {
    const s = strata.codes[cell]!;
    if (s < 0 || keep?.[cell] === 0) continue;
    sizes[s]! += 1;
    if (groups.codes[cell]! >= 0) counts[s * width + groups.codes[cell]!]! += 1;
  }
  const isReference = groups.names.map((name) => !rules.rest && (rules.choices ? name === choiceNames[1] : isMeant(name, rules.reference)));
  const isWanted = groups.names.map((name, g) => !isReference[g] && (rules.groups.length === 0 || rules.groups.some((wanted) => isMeant(name, wanted))));
  const byName = [...groups.names.keys()].sort((a, b) => compareText(groups.names[a]!, groups.names[b]!));
  const found: PlateStratum[] = [];
  const empty: PlateGroups['skipped'][number][] = [];
  const slotOf = new Int32Array(strata.names.length * width).fill(-1);
  const slotCells: number[] = [];
  for (const s of [...strata.names.keys()].sort((a, b) => compareText(strata.names[a]!, strata.names[b]!))) {
    if (sizes[s] === 0) continue;
    const countOf = (g: number): number => counts[s * width + g]!;
    const labels = strata.names[s] === '' ? [] : strata.names[s]!.split(separator);
    const present = byName.filter((g) => isWanted[g] && countOf(g) > 0);
    const few = present.filter((g) => countOf(g) < rules.minCells);
    const skipped: DeSkipped[] = few.map((g) => ({ target: groups.names[g]!, cells: countOf(g), because: `fewer than ${rules.minCells} cells` }));
    const enough = present.filter((g) => countOf(g) >= rules.minCells);
    const labelled = byName.reduce((sum, g) => sum + countOf(g), 0);
    const alone = rules.rest ? enough.filter((g) => labelled - countOf(g) < rules.minCells) : [];
    skipped.push(...alone.map((g) => ({ target: groups.names[g]!, cells: countOf(g), because: `only ${labelled - countOf(g)} other labelled cells, fewer than ${rules.minCells}` })));
    const tested = enough.filter((g) => !alone.includes(g));
    const references = byName.filter((g) => (rules.rest ? !tested.includes(g) : isReference[g]));
    const cellsOf = (some: readonly number[]): number => some.reduce((sum, g) => sum + countOf(g), 0);
    const referenceCells = cellsOf(references) + (rules.rest ? cellsOf(tested) : 0);
    const because = rules.rest ? null : referenceCells === 0 ? `no cell of the reference ${rules.reference} in it` : referenceCells < rules.minCells ? `the reference has ${referenceCells} cells, fewer than ${rules.minCells}` : null;
    if (because !== null) {
      empty.push({ labels, cells: sizes[s]!, skipped: [{ target: null, cells: referenceCells, because }] });
      continue;
    }
    if (tested.length === 0) {
      empty.push({ labels, cells: sizes[s]!, skipped: skipped.length > 0 ? skipped : [{ target: null, cells: 0, because: 'no cell of the wanted conditions in it' }] });
      continue;
    }
    const base = slotCells.length;
    for (const g of references) slotOf[s * width + g] = base;
    slotCells.push(cellsOf(references));
    for (const g of tested) slotOf[s * width + g] = slotCells.push(countOf(g)) - 1;
    found.push({ labels, base, referenceCells, cells: sizes[s]!, targets: tested.map((g) => ({ target: groups.names[g]!, cells: countOf(g), referenceCells: referenceCells - (rules.rest ? countOf(g) : 0) })), skipped });
  }
  const shared = (): Int32Array => new Int32Array(new SharedArrayBuffer(Math.max(4, cells * 4)), 0, cells).fill(-1);
  const slot = shared();
  const stratum = shared();
  for (let cell = 0; cell < cells; cell++) {
    const s = strata.codes[cell]!;
    if (s < 0 || keep?.[cell] === 0) continue;
    stratum[cell] = s;
    if (groups.codes[cell]! >= 0) slot[cell] = slotOf[s * width + groups.codes[cell]!]!;
  }
  return { strata: found, slot, stratum, slotCells: Float64Array.from(slotCells), skipped: empty };
}

/** By code points, as Python sorts. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
