/** Where the time of a training step goes: waiting for data, moving it, forward, backward. Advice follows from that, and from where the data lie. */
import type { Loader } from './contract.ts';

export const stepParts = ['load', 'transfer', 'forward', 'backward'] as const;
export type StepPart = (typeof stepParts)[number];

export interface TrainingProfile {
  /** Those that got a minibatch: waiting for the end of an epoch is none. */
  readonly steps: number;
  /** Seconds in all, by part. */
  readonly seconds: Readonly<Record<StepPart, number>>;
  /** Share of the step that is waiting for data, 0 to 1. */
  readonly loadShare: number;
  /** What a loader that costs nothing would save, seconds. */
  readonly mostSaved: number;
  readonly advice: string;
}

/** Where a plate is read from. */
type ReadPlate = Pick<Loader['plates'][number], 'backend' | 'format'>;

export interface Profiler {
  /** From now on time belongs to this part; the first part of a new step is `load`. */
  enter(part: StepPart): void;
  /** Of a loader, or of what its plates are. */
  report(loader: { readonly plates: readonly ReadPlate[] }): TrainingProfile;
}

/** Above this share waiting for data dominates a step. */
const dominates = 0.5;

/** `now` in milliseconds. */
export function profileTraining(now: () => number = () => performance.now()): Profiler {
  const seconds: Record<StepPart, number> = { load: 0, transfer: 0, forward: 0, backward: 0 };
  let steps = 0;
  let part: StepPart | null = null;
  let since = 0;
  const close = (): void => {
    const at = now();
    if (part !== null) seconds[part] += (at - since) / 1000;
    since = at;
  };
  return {
    enter(next) {
      close();
      if (part === 'load') steps++;
      part = next;
    },
    report({ plates }) {
      close();
      part = null;
      const all = stepParts.reduce((sum, name) => sum + seconds[name], 0);
      const loadShare = all > 0 ? seconds.load / all : 0;
      return { steps, seconds: { ...seconds }, loadShare, mostSaved: seconds.load, advice: adviceFor(loadShare, seconds.load, all, plates) };
    },
  };
}

/** Packs lie beside h5ad files alone. */
export const canBePacked = ({ format }: Pick<ReadPlate, 'format'>): boolean => format === 'h5ad';

function adviceFor(share: number, load: number, all: number, plates: readonly ReadPlate[]): string {
  const words = `${load.toFixed(1)} of ${all.toFixed(1)} s are spent waiting for data`;
  if (share <= dominates) return `${words}: the model is what takes the time. Converting the data would save little; leave it as it is.`;
  const files = plates.filter(({ backend }) => backend === 'file');
  if (files.length === 0) return `${words}, ${plates.every(({ backend }) => backend === 'memory') ? 'though all cells are in memory' : 'from a pack already'}: use more workers, or choose fewer genes.`;
  if (files.some(canBePacked)) return `${words}: build a pack (truckee pack build), use more workers, or larger fetches.`;
  return `${words}: use more workers, or larger fetches. There is no pack of ${[...new Set(files.map(({ format }) => names[format]))].join(' or ')}; written as h5ad the data can have one, or take the backend 'memory' where they fit.`;
}

const names = { h5ad: 'h5ad', zarr: 'Zarr', parquet: 'Parquet', scdl: 'SCDL' } as const;
