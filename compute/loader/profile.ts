/** Where the time of a training step goes: waiting for data, moving it, forward, backward. Advice follows from that alone. */

export const stepParts = ['load', 'transfer', 'forward', 'backward'] as const;
export type StepPart = (typeof stepParts)[number];

export interface TrainingProfile {
  readonly steps: number;
  /** Seconds in all, by part. */
  readonly seconds: Readonly<Record<StepPart, number>>;
  /** Share of the step that is waiting for data, 0 to 1. */
  readonly loadShare: number;
  /** What a loader that costs nothing would save, seconds. */
  readonly mostSaved: number;
  readonly advice: string;
}

export interface Profiler {
  /** From now on time belongs to this part; the first part of a new step is `load`. */
  enter(part: StepPart): void;
  report(backend: 'file' | 'pack'): TrainingProfile;
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
      if (next === 'load') steps++;
      part = next;
    },
    report(backend) {
      close();
      part = null;
      const all = stepParts.reduce((sum, name) => sum + seconds[name], 0);
      const loadShare = all > 0 ? seconds.load / all : 0;
      return { steps, seconds: { ...seconds }, loadShare, mostSaved: seconds.load, advice: adviceFor(loadShare, seconds.load, all, backend) };
    },
  };
}

function adviceFor(share: number, load: number, all: number, backend: 'file' | 'pack'): string {
  const words = `${load.toFixed(1)} of ${all.toFixed(1)} s are spent waiting for data`;
  if (share <= dominates) return `${words}: the model is what takes the time. Converting the data would save little; leave it as it is.`;
  return backend === 'file' ? `${words}: build a pack (truckee pack build), use more workers, or larger fetches.` : `${words}, from a pack already: use more workers, or choose fewer genes.`;
}
