/** Whether a plan fits: one line per resource with number, verdict and remedy; what cannot fit is refused. */
import type { PlannedStep, PreflightLine } from '../../protocol/api.types.ts';
import { failure, type ErrorData, type TruckeeError } from '../../protocol/errors.ts';
import { formatBytes, formatSeconds } from '../../protocol/format.ts';
import type { Hardware, StepPlan } from '../../protocol/plan.ts';

export interface Preflight {
  readonly ok: boolean;
  readonly lines: readonly PreflightLine[];
  readonly steps: readonly Omit<PlannedStep, 'title' | 'computeSeconds' | 'transferSeconds'>[];
  readonly notes: readonly string[];
  readonly refusal: TruckeeError | null;
  /** The refusal is a judgement, no impossibility: the user may run all the same. */
  readonly overridable: boolean;
  /** What was refused and overridden by the user. */
  readonly overridden: ErrorData | null;
  /** Bytes that the run may use: more than was allowed where that was overridden. */
  readonly memoryBytes: number;
}

/** The user's decision, and the memory that no decision can make larger. */
export interface Override { readonly wanted: boolean; readonly machineBytes: number }

/** A step of a recipe, or the writing of an extraction. */
export interface JudgedStep { readonly id: string; readonly plan: StepPlan }

/** `reused[i]` steps cost nothing. */
export function judge(steps: readonly JudgedStep[], reused: readonly boolean[], hardware: Hardware, folder: string, notes: readonly string[], override: Override): Preflight {
  const todo = steps.filter((_, i) => !reused[i]);
  const heaviest = todo.reduce<JudgedStep | null>((most, step) => (!most || step.plan.ramBytes > most.plan.ramBytes ? step : most), null);
  const ram = heaviest?.plan.ramBytes ?? 0;
  const disk = todo.reduce((sum, { plan }) => sum + Math.max(plan.diskBytes, plan.expectedDiskBytes ?? 0), 0);
  const expected = {
    ram: Math.max(0, ...todo.map(({ plan }) => plan.expectedRamBytes ?? plan.ramBytes)), disk: todo.reduce((sum, { plan }) => sum + (plan.expectedDiskBytes ?? plan.diskBytes), 0),
  };
  const seconds = todo.reduce((sum, step) => sum + step.plan.seconds, 0);
  const memoryFits = ram <= hardware.memoryBytes;
  const diskFits = disk * 1.05 + 64e6 <= hardware.diskFreeBytes;
  const refused = !memoryFits
    ? failure('memory-too-small', { step: heaviest!.id, neededBytes: ram, availableBytes: hardware.memoryBytes })
    : !diskFits
      ? failure('disk-too-small', { path: folder, neededBytes: disk, availableBytes: hardware.diskFreeBytes })
      : null;
  // A full disk ends a run cleanly, and with room it goes on; memory that the machine has not got is another matter.
  const overridable = refused !== null && ram <= override.machineBytes;
  const passed = overridable && override.wanted;
  const refusal = passed ? null : refused;
  const lines: PreflightLine[] = [
    {
      resource: 'memory', needed: boundWords(expected.ram, ram), available: formatBytes(hardware.memoryBytes),
      verdict: !memoryFits ? 'does not fit' : ram > 0.9 * hardware.memoryBytes ? 'tight' : 'fits',
      remedy: memoryFits ? '' : `--memory ${formatBytes(ram)} or fewer workers`,
    },
    {
      resource: 'disk', needed: boundWords(expected.disk, disk), available: formatBytes(hardware.diskFreeBytes),
      verdict: !diskFits ? 'does not fit' : disk > 0.5 * hardware.diskFreeBytes ? 'tight' : 'fits',
      remedy: diskFits ? '' : 'free some space or choose a workspace on another disk',
    },
    { resource: 'time', needed: formatSeconds(seconds), available: `${hardware.workers} workers`, verdict: 'fits', remedy: '' },
  ];
  return {
    ok: refusal === null, lines, refusal, overridable, overridden: passed ? refused.data : null,
    memoryBytes: passed ? Math.max(hardware.memoryBytes, ram) : hardware.memoryBytes,
    notes: passed ? [`preflight was overridden: ${refused.data.message}`, ...notes] : notes,
    steps: steps.map((step, i) => ({ step: step.id, ...pick(step), reused: reused[i] === true, calibrated: step.plan.calibratedBy !== undefined })),
  };
}

/** What past runs let expect, and the bound. */
const boundWords = (expected: number, bound: number): string => (expected < bound ? `${formatBytes(expected)}, at most ${formatBytes(bound)}` : formatBytes(bound));

function pick(step: JudgedStep) {
  const { ramBytes, diskBytes, seconds, chunkRows, workers, passes, resumable, expectedRamBytes = null, expectedDiskBytes = null } = step.plan;
  return { ramBytes, diskBytes, seconds, chunkRows, workers, passes, resumable, expectedRamBytes, expectedDiskBytes };
}
