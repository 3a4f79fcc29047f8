/** provenance.json of a result folder: enough to tell how every number came about, and to do it again. */
import type { Fingerprint } from './ids.ts';
import type { StepPlan } from './plan.ts';

export interface Provenance {
  readonly truckee: string;
  readonly step: string;
  readonly stepVersion: number;
  readonly fingerprint: Fingerprint;
  readonly params: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly inputs: readonly { readonly name: string; readonly fingerprint: Fingerprint; readonly nObs: number; readonly demo: boolean; /** Whether X was read from the file or from the pack beside it. */ readonly read: 'file' | 'pack' }[];
  readonly plan: StepPlan;
  readonly started: string;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number | null;
  readonly passes: number;
  readonly kernels: string;
  readonly workers: number;
  readonly chunkRows: number;
  readonly hardware: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
  /** Step-specific counts: cells removed per limit, genes selected, target sums... */
  readonly outcome: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}
