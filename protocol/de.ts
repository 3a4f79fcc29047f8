/** What is asked about a finished comparison (differential expression), and what is answered. Conditions travel as bytes (columns-file.ts). */
import { z } from 'zod';

const name = z.string().min(1).max(1000);

/** Which rows a table has: of one stratum or all, some conditions or all, and how significant. */
export const deRowsSchema = z.strictObject({
  stratum: name.nullable().default(null),
  targets: z.array(name).max(10_000).default([]),
  /** Only rows with fdr below this; null takes all rows. */
  fdr: z.number().min(0).max(1).nullable().default(null),
  /** At most so many rows of each condition, by rising p; null takes all, in order of genes. */
  top: z.int().min(1).max(1_000_000).nullable().default(null),
});
export type DeRows = z.infer<typeof deRowsSchema>;

export const deAskSchema = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('overview') }),
  z.strictObject({ ask: z.literal('gene'), gene: name }),
  z.strictObject({ ask: z.literal('heatmap'), stratum: name, genes: z.int().min(1).max(200).default(30), targets: z.int().min(1).max(400).default(60) }),
  z.strictObject({ ask: z.literal('concordance'), a: name, b: name, k: z.int().min(1).max(10_000).default(50) }),
]);
export type DeAsk = z.infer<typeof deAskSchema>;

export interface DeCondition {
  readonly target: string;
  /** Read from a label that spells out one treatment; the label itself and null otherwise. */
  readonly drug: string;
  readonly dose: number | null;
  readonly cells: number;
  readonly referenceCells: number;
  readonly depth: number;
  readonly wells: readonly [number, number] | null;
  readonly significant: number;
}

export interface DeOverview {
  readonly kind: 'overview';
  readonly method: string;
  readonly reference: string;
  readonly genes: number;
  readonly strata: readonly {
    readonly name: string;
    readonly cells: number;
    readonly referenceCells: number;
    readonly referenceDepth: number;
    readonly targetSum: number | null;
    readonly conditions: readonly DeCondition[];
    readonly skipped: readonly { readonly target: string | null; readonly cells: number; readonly because: string }[];
  }[];
  readonly notes: readonly string[];
}

export interface DeGeneRow {
  readonly stratum: string;
  readonly target: string;
  readonly drug: string;
  readonly dose: number | null;
  readonly cells: number;
  /** Null stands for an infinite change. */
  readonly log2FoldChange: number | null;
  readonly pValue: number | null;
  readonly fdr: number | null;
  readonly targetMean: number;
  readonly refMean: number;
}

/** One gene over all conditions and strata. */
export interface DeGene {
  readonly kind: 'gene';
  readonly gene: string;
  readonly rows: readonly DeGeneRow[];
}

/** Leading genes of a stratum over its conditions. */
export interface DeHeatmap {
  readonly kind: 'heatmap';
  readonly genes: readonly string[];
  readonly targets: readonly string[];
  /** log2 fold changes, gene by gene; null where infinite. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** How two strata agree on the conditions that both have (plate 6 and its repeat 14, for one). */
export interface DeConcordance {
  readonly kind: 'concordance';
  readonly rows: readonly {
    readonly target: string;
    readonly significant: readonly [number, number];
    readonly both: number;
    /** Over genes significant in either; null where fewer than three are. */
    readonly spearman: number | null;
    readonly sameSign: number | null;
    /** Shared share of the k genes of largest change among the significant ones. */
    readonly overlap: number | null;
  }[];
}

export type DeAnswer = DeOverview | DeGene | DeHeatmap | DeConcordance;

/** Columns of a condition's file; p and fdr as -log10, since single precision ends at 1e-38. */
export const deColumns = ['log2_fold_change', 'neg_log10_p', 'neg_log10_fdr', 'target_mean', 'ref_mean', 'statistic', 'pct_expressed_target', 'pct_expressed_ref'] as const;
