/**
 * Predictions learn from this machine: what a step took in past runs, beside what had been planned, corrects the next
 * prediction of a run of similar size. The bounds on memory and disk are never lowered by it: they keep a run inside its
 * budget. What is expected stands beside them.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { StepPlan } from '../../protocol/plan.ts';
import type { Provenance } from '../../protocol/provenance.ts';
import { listExtractions } from '../catalog/extractions.ts';
import { listResults } from '../catalog/results.ts';
import type { Workspace } from '../workspace.ts';

export interface PastStep {
  readonly step: string;
  readonly at: string;
  /** As it was told then, and as the bare plan had it. */
  readonly predictedSeconds: number;
  readonly plannedSeconds: number;
  readonly seconds: number;
  /** Bounds of the plan, and what was expected then: the bound where nothing was known yet. */
  readonly boundBytes: number;
  readonly predictedBytes: number;
  readonly peakBytes: number | null;
  readonly boundDiskBytes: number;
  readonly predictedDiskBytes: number;
  readonly diskBytes: number;
}

/** Runs that must be known before a prediction is corrected. */
export const fewestRuns = 3;
/** Later runs count; machines and disks change. */
const mostRuns = 8;
/** Results looked at: a workspace may keep thousands. */
const mostResults = 200;
/** Runs of another size teach little: fixed costs weigh more in small ones. */
const likeness = 8;
const bounds = { least: 0.05, most: 20 };

/** What tells machines apart. */
export const thisMachine = () => ({ cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length });

/** The writing of an extraction, among steps. */
export const writingStep = (format: 'h5ad' | 'zarr'): string => `extract (${format})`;

/** Past results and extractions on a machine like this one, oldest first. */
export function pastSteps(workspace: Workspace): PastStep[] {
  const machine = thisMachine();
  const results = listResults(workspace.catalog).slice(-mostResults).flatMap((row) => {
    const provenance = readProvenance(join(workspace.folders.results, row.folder, 'provenance.json'));
    if (!provenance) return [];
    const { plan, step, started: at, wallSeconds: seconds, peakBytes, hardware } = provenance;
    return [{ step, at, cpu: hardware['cpu'], cores: hardware['cores'], plan, seconds, peakBytes, diskBytes: row.bytes }];
  });
  const extractions = listExtractions(workspace.catalog, mostResults).map((one) => ({ ...one, step: writingStep(one.format) }));
  return [...results, ...extractions]
    .filter(({ cpu, cores, plan, seconds }) => cpu === machine.cpu && cores === machine.cores && plan.seconds > 0 && seconds > 0)
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .map(({ step, at, plan, seconds, peakBytes, diskBytes }) => ({
      step, at, predictedSeconds: plan.seconds, plannedSeconds: plan.seconds / (plan.calibratedBy ?? 1), seconds,
      boundBytes: plan.ramBytes, predictedBytes: plan.expectedRamBytes ?? plan.ramBytes, peakBytes,
      boundDiskBytes: plan.diskBytes, predictedDiskBytes: plan.expectedDiskBytes ?? plan.diskBytes, diskBytes,
    }));
}

/** The plan with its seconds corrected, and the memory and disk to expect; as it is while too little is known. */
export function calibrated(step: string, plan: StepPlan, past: readonly PastStep[]): StepPlan {
  const like = past.filter((one) => one.step === step && one.plannedSeconds <= plan.seconds * likeness && one.plannedSeconds * likeness >= plan.seconds).slice(-mostRuns);
  if (like.length < fewestRuns) return plan;
  const factor = Math.min(bounds.most, Math.max(bounds.least, median(like.map((one) => one.seconds / one.plannedSeconds))));
  const shares = { ram: like.flatMap((one) => (one.peakBytes === null ? [] : [one.peakBytes / one.boundBytes])), disk: like.flatMap((one) => (one.boundDiskBytes > 0 ? [one.diskBytes / one.boundDiskBytes] : [])) };
  return {
    ...plan, seconds: plan.seconds * factor, calibratedBy: factor,
    ...(shares.ram.length < fewestRuns ? {} : { expectedRamBytes: Math.round(plan.ramBytes * Math.min(1, median(shares.ram))) }),
    ...(shares.disk.length < fewestRuns ? {} : { expectedDiskBytes: Math.round(plan.diskBytes * median(shares.disk)) }),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function readProvenance(path: string): Provenance | null {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Partial<Provenance>;
    return found.hardware && found.plan ? (found as Provenance) : null;
  } catch {
    // A result that is gone or damaged teaches nothing; reusing it is judged elsewhere.
    return null;
  }
}
