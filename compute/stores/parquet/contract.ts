/** Cells as rows of Parquet files with a list of gene tokens and one of counts each: the layout of Tahoe-100M on Hugging Face. */

export interface TahoeSpec {
  readonly kind: 'tahoe';
  /** Files in order, each with the row its first cell has in the collection. */
  readonly files: readonly { readonly path: string; readonly firstRow: number; readonly rows: number }[];
  readonly nVars: number;
  /** Token -> gene, -1 for tokens that are no gene. */
  readonly genes: Int32Array;
}
