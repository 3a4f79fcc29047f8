/** What a format hands over once it has found its way through a file, and which genes go with which matrix. */
import type { InspectProblem, InspectReport } from '../../protocol/inspect.ts';
import type { MatrixSpec } from './contract.ts';
import type { Frame } from './tables/frame.ts';

export interface PlateParts {
  readonly path: string;
  readonly format: InspectReport['format'];
  readonly bytes: number;
  readonly encoding: string;
  readonly obs: Frame;
  readonly var: Frame;
  /** Genes of raw/X where they are listed apart. */
  readonly rawVar: Frame | null;
  /** X first. */
  readonly matrices: readonly MatrixSpec[];
  readonly counts: MatrixSpec | null;
  /** Shapes of embeddings by name. */
  readonly obsm: Readonly<Record<string, readonly number[]>>;
  /** A dense embedding as a matrix; null when there is none of that name in a form that is read. Left out by formats without any. */
  readonly embedding?: (name: string) => MatrixSpec | null;
  readonly demo: boolean;
  /** Fingerprints of the files that an export of Truckee took its cells from. Left out by formats without provenance. */
  readonly takenFrom?: readonly string[];
  /** Problems seen on the way. */
  readonly problems: readonly InspectProblem[];
  close(): void;
}

/** The genes that go with the counts. */
export function countedGenes(parts: PlateParts): Frame {
  return parts.counts === null ? parts.var : genesOf(parts, parts.counts);
}

/** The genes that go with one of the matrices. */
export function genesOf(parts: PlateParts, spec: MatrixSpec): Frame {
  return spec.facts.slot === 'raw/X' ? (parts.rawVar ?? parts.var) : parts.var;
}
