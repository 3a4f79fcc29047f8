/** Plates seen as one tall matrix: rows one plate after the other, genes brought to one common order. */
import { failure } from '../../protocol/errors.ts';
import type { ReadSpec } from '../stores/contract.ts';
import { ascending } from './positions.ts';

/** One plate's place in the tall matrix: structured-cloneable, so that workers get it as it is. */
export interface Plate {
  readonly name: string;
  readonly path: string;
  readonly spec: ReadSpec;
  /** Global row of its first cell. */
  readonly rowOffset: number;
  readonly nObs: number;
  readonly nVars: number;
  /** Gene of the file -> gene of the common list, -1 when not shared; null when both are the same list. */
  readonly toCommon: Int32Array | null;
}

export interface PlateGenes {
  readonly name: string;
  readonly genes: readonly string[];
}

export interface CommonGenes {
  /** In the order of the first plate. */
  readonly names: readonly string[];
  /** Per plate, as Plate.toCommon. */
  readonly maps: readonly (Int32Array | null)[];
}

/**
 * 'same' demands the same genes (their order may differ), 'inner' keeps the shared ones in the first plate's order.
 * @throws gene-mismatch, nothing-left, duplicate-names.
 */
export function commonGenes(plates: readonly PlateGenes[], mode: 'same' | 'inner'): CommonGenes {
  const first = plates[0];
  if (!first) return { names: [], maps: [] };
  for (const plate of plates) refuseDuplicates(plate);
  let names = [...first.genes];
  for (const plate of plates.slice(1)) {
    if (sameList(plate.genes, first.genes)) continue;
    const here = new Set(plate.genes);
    const shared = first.genes.filter((gene) => here.has(gene)).length;
    if (mode === 'same' && (shared !== first.genes.length || shared !== plate.genes.length)) {
      const mine = new Set(first.genes);
      const odd = [...first.genes.filter((g) => !here.has(g)), ...plate.genes.filter((g) => !mine.has(g))];
      throw failure('gene-mismatch', {
        first: first.name, other: plate.name, shared, firstOnly: first.genes.length - shared,
        otherOnly: plate.genes.length - shared, examples: odd.slice(0, 3),
      });
    }
    names = names.filter((gene) => here.has(gene));
  }
  if (names.length === 0) {
    throw failure('nothing-left', { step: 'gene join', before: first.genes.length, axis: 'genes', detail: 'the plates share no gene' });
  }
  const position = new Map(names.map((name, index) => [name, index]));
  const maps = plates.map(({ genes }) =>
    sameList(genes, names) ? null : Int32Array.from(genes, (gene) => position.get(gene) ?? -1),
  );
  return { names, maps };
}

export interface UnsharedGene {
  /** Gene of the file. */
  readonly gene: number;
  readonly name: string;
}

export function unsharedGenes(genes: readonly string[], toCommon: Int32Array | null): UnsharedGene[] {
  if (toCommon === null) return [];
  return genes.flatMap((name, gene) => (toCommon[gene] === -1 ? [{ gene, name }] : []));
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((name, i) => name === b[i]));
}

function refuseDuplicates(plate: PlateGenes): void {
  if (new Set(plate.genes).size === plate.genes.length) return;
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const gene of plate.genes) (seen.has(gene) ? twice : seen).add(gene);
  throw failure('duplicate-names', { path: plate.name, axis: 'var', count: twice.size, examples: [...twice].slice(0, 3) });
}

/** Common gene -> gene of the file: the other way round than toCommon. */
export function genesOfFile({ toCommon }: Pick<Plate, 'toCommon'>, common: number): Int32Array {
  const genes = ascending(common);
  toCommon?.forEach((place, gene) => {
    if (place >= 0) genes[place] = gene;
  });
  return genes;
}

/** A map from file genes through the common list to positions in a chosen list; -1 for genes not chosen. */
export function composeGeneMap(plate: Plate, chosen: Int32Array): Int32Array {
  const { toCommon } = plate;
  if (toCommon === null) return chosen;
  return toCommon.map((common) => (common < 0 ? -1 : chosen[common]!));
}
