/**
 * What an order of cells is: a list of row ids that is never written down. Rows count from 0 over all plates, one after the
 * other; `m` is the minibatch, `f` the number of minibatches in one fetch, `b` the block.
 */

/** One epoch's order. The same (spec, seed, epoch) gives the same order on every machine, rank and worker. */
export interface Order {
  /** Entries of the epoch; at most 2^32 - 1. */
  readonly length: number;
  /** How the entries of one fetch are mixed in memory before they are cut into minibatches. */
  readonly mixing: 'fetch' | 'minibatch' | 'none';
  /** Fills `out` with the entries from `start` on: row ids, repeated where the strategy draws with replacement. */
  take(start: number, out: Uint32Array): void;
}

/** The rows that take part, ascending. */
export interface RowSet {
  readonly length: number;
  /** Row id at a position. */
  at(position: number): number;
  /** Position of the first row that is not below `row`. */
  find(row: number): number;
}

/** Cells that start in one stored chunk, plate by plate: `starts` has one row id per unit and the end of the plate last. */
export interface PlateUnits {
  readonly starts: Uint32Array;
}

/** How an epoch visits its cells. */
export type Strategy =
  /** Ascending; `shuffle` mixes inside each fetch only. */
  | { readonly kind: 'streaming'; readonly shuffle?: boolean }
  /** Blocks of `block` neighbouring rows in random order; block 1 is true random sampling without replacement. */
  | { readonly kind: 'blocks'; readonly block: number; readonly dropLast?: boolean }
  /** Blocks are the cells that start in one stored chunk, drawn evenly over the plates: no chunk is decoded twice. */
  | { readonly kind: 'chunks' }
  | WeightedStrategy
  /**
   * Every class equally often: weights 1 / (cells of the class). Cells are `counted` among the rows that take part, or over all codes
   * (default; scDataset's global balancing): of the collection, or as many as the subset has rows. -1 is a missing label, refused
   * in rows that take part. Above 2^25 rows or draws classes are drawn, then single cells: no blocks.
   */
  | { readonly kind: 'balanced'; readonly codes: Codes; readonly counted?: 'all' | 'subset'; readonly block?: number; readonly totalSize?: number }
  /** Classes drawn by weight, then a cell of the class evenly: nothing is kept per draw, so any number of rows goes. */
  | { readonly kind: 'groups'; readonly groups: GroupRows; readonly weights: ArrayLike<number>; readonly totalSize?: number }
  /** In every minibatch exactly `quota[class]` cells of each class; classes that run out begin again in a new order. */
  | { readonly kind: 'quota'; readonly codes: Codes; readonly quota: ArrayLike<number>; readonly batches?: number };

export interface WeightedStrategy {
  readonly kind: 'weighted';
  /** At least 0, not all 0; one per row of the collection, or one per row of the subset. */
  readonly weights: ArrayLike<number>;
  readonly block?: number;
  /** Draws in an epoch; default the number of rows. */
  readonly totalSize?: number;
  /** Default true. False draws in rounds of `samplingSize` without a repeat inside a round. */
  readonly replace?: boolean;
  readonly samplingSize?: number;
}

/** Class of every row, counted from 0; -1 where the label is missing. */
export type Codes = Int32Array | Uint8Array | Uint16Array | Int8Array | Int16Array;

/** Rows by class, wherever the lists lie. */
export interface GroupRows {
  readonly groups: number;
  count(group: number): number;
  row(group: number, at: number): number;
}

export interface OrderRequest {
  readonly strategy: Strategy;
  /** Rows of the whole collection. */
  readonly rows: number;
  /** Rows that take part; default all. */
  readonly subset?: RowSet;
  /** Needed by `chunks`. */
  readonly units?: readonly PlateUnits[];
  /** Needed by `quota`: cells per minibatch. */
  readonly batch?: number;
  /** Up to 2^53 - 1. */
  readonly seed: number;
  readonly epoch: number;
}
