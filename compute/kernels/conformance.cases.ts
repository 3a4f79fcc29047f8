/** Seeded blocks for the conformance suite: what files can contain, from ordinary counts to the odd and the extreme. */
import type { CsrBlock } from './block.ts';
import { createRandom } from '../random/random.ts';

export interface BlockCase {
  readonly name: string;
  readonly genes: number;
  readonly block: CsrBlock;
}

interface Recipe {
  readonly rows: number;
  readonly genes: number;
  /** Share of genes stored per row; every fifth row is empty when `holes`. */
  readonly density: number;
  readonly seed: number;
  readonly holes?: boolean;
  readonly unsorted?: boolean;
  readonly value: (random: () => number) => number;
}

const count = (random: () => number): number => 1 + Math.floor(-Math.log(1 - random()) * 2);
const zeroOrCount = (random: () => number): number => (random() < 0.3 ? 0 : count(random));
const fraction = (random: () => number): number => random() * 8;
const signed = (random: () => number): number => (random() - 0.5) * 2000;
const large = (random: () => number): number => (random() < 0.5 ? count(random) : Math.floor(random() * 2 ** 23));
const extreme = (random: () => number): number => [1e-42, 1.5e-20, 1, 65_504, 16_777_216, 3e18][Math.floor(random() * 6)]!;

/** Builds one block; the arrays are longer than needed and the spare part holds values that must never be read. */
export function makeBlock(recipe: Recipe): CsrBlock {
  const random = createRandom(recipe.seed).uniform;
  const indptr = new Int32Array(recipe.rows + 1);
  const indices: number[] = [];
  for (let row = 0; row < recipe.rows; row++) {
    const ids: number[] = [];
    for (let gene = 0; gene < recipe.genes; gene++) if (random() < recipe.density) ids.push(gene);
    if (recipe.holes && row % 5 === 0) ids.length = 0;
    if (recipe.unsorted) shuffle(ids, random);
    indices.push(...ids);
    indptr[row + 1] = indices.length;
  }
  const values = indices.map(() => recipe.value(random));
  return {
    rowStart: 4096,
    rows: recipe.rows,
    indptr,
    indices: Int32Array.from([...indices, -7, 2 ** 30]),
    values: Float32Array.from([...values, Number.NaN, Infinity]),
  };
}

function shuffle(list: number[], random: () => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [list[i], list[other]] = [list[other]!, list[i]!];
  }
}

const recipes: { readonly [name: string]: Recipe } = {
  'ordinary counts': { rows: 97, genes: 301, density: 0.2, seed: 1, value: count },
  'empty rows and explicit zeros': { rows: 41, genes: 130, density: 0.3, seed: 2, holes: true, value: zeroOrCount },
  'unsorted gene ids': { rows: 60, genes: 77, density: 0.5, seed: 3, unsorted: true, value: count },
  'rows with all genes': { rows: 9, genes: 203, density: 1, seed: 4, value: zeroOrCount },
  'fractional values': { rows: 33, genes: 90, density: 0.4, seed: 5, unsorted: true, value: fraction },
  'negative values': { rows: 17, genes: 64, density: 0.4, seed: 6, value: signed },
  'large counts': { rows: 25, genes: 500, density: 0.3, seed: 7, value: large },
  'extreme values': { rows: 20, genes: 50, density: 0.5, seed: 8, value: extreme },
  'one gene': { rows: 12, genes: 1, density: 0.5, seed: 9, value: count },
  'no rows': { rows: 0, genes: 10, density: 0.5, seed: 10, value: count },
  'only empty rows': { rows: 5, genes: 10, density: 0, seed: 11, value: count },
};

export const blockCases: readonly BlockCase[] = Object.entries(recipes).map(([name, recipe]) => ({
  name, genes: recipe.genes, block: makeBlock(recipe),
}));
