/** Where a run stands: its steps, the one at work with rate and time to go, and memory against what it may use. */
import { Progress, Text } from '@mantine/core';
import type { RunDetail } from '../../protocol/api.types.ts';
import { useLive } from '../client/events.ts';
import { formatAny, formatBytes, formatCount, formatSeconds } from '../client/words.ts';

const marks = { done: '✓', going: '●', todo: '○', missing: '–' } as const;

export function RunProgress({ detail }: { readonly detail: RunDetail }) {
  const live = useLive((state) => state.runs[detail.summary.run]);
  const last = [...detail.lastEvents].reverse().find(({ event }) => event.kind === 'progress' || event.kind === 'step-started')?.event;
  const going = detail.summary.state === 'running';
  const step = going ? (live?.step ?? (last && 'step' in last ? last.step : null)) : null;
  const progress = going ? (live?.progress ?? (last?.kind === 'progress' ? last : null)) : null;
  return (
    <ol className="steps" aria-label="Steps of the run">
      {detail.steps.map((one) => {
        const finished = one.state === 'done' || live?.finished.includes(one.step) === true;
        const state = one.step === step && !finished ? 'going' : finished ? 'done' : one.state === 'missing' ? 'missing' : 'todo';
        const shown = state === 'going' && progress?.step === one.step ? progress : null;
        return (
          <li key={one.step} className={`step step-${state}`}>
            <span className="step-mark" aria-hidden="true">{marks[state]}</span>
            <div className="grow">
              <div className="step-head">
                <strong>{one.title}</strong>
                <Text size="xs" c="dimmed">
                  {state === 'done' && (one.reused || live?.reused.includes(one.step) ? 'unchanged, reused' : one.wallSeconds === null ? '' : `${formatSeconds(one.wallSeconds)}, processor ${formatSeconds(one.cpuSeconds ?? 0)}, ${one.kernels === 'wasm' ? 'CPU (WASM)' : 'CPU'}${one.bytes === null ? '' : `, ${formatBytes(one.bytes)} on disk`}`)}
                  {state === 'missing' && 'its result was deleted; the next run makes it again'}
                </Text>
              </div>
              {shown && <StepBar progress={shown} peakBytes={live?.peakBytes ?? 0} budget={detail.memoryBytes} />}
              {state === 'done' && <Text size="xs" c="dimmed" className="outcome">{outcomeOf(one.outcome)}</Text>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

interface StepBarProps {
  readonly progress: NonNullable<ReturnType<typeof useLive.getState>['runs'][string]['progress']>;
  /** Most memory so far, and what may be used. */
  readonly peakBytes: number;
  readonly budget: number | null;
}

function StepBar({ progress, peakBytes, budget }: StepBarProps) {
  const { done, total, unit, rate, etaSeconds, memoryBytes } = progress;
  const share = total > 0 ? Math.min(100, (100 * done) / total) : 0;
  const parts = [
    total > 0 ? `${formatCount(done)} of ${formatCount(total)} ${unit}` : 'starting',
    ...(rate > 0 ? [`${formatCount(rate)} ${unit}/s`] : []), ...(etaSeconds === null ? [] : [`${formatSeconds(etaSeconds)} to go`]),
    ...(memoryBytes === null ? [] : [`memory ${formatBytes(memoryBytes)} now, ${formatBytes(Math.max(peakBytes, memoryBytes))} at most${budget === null ? '' : ` of ${formatBytes(budget)}`}`]),
  ];
  return (
    <div aria-live="polite">
      <Progress value={share} size="sm" my={4} aria-label={`${unit} done`} animated={total === 0} striped={total === 0} />
      <Text size="xs">{parts.join(' · ')}</Text>
    </div>
  );
}

/** The few numbers of an outcome that fit one line. */
function outcomeOf(outcome: Readonly<Record<string, unknown>>): string {
  return Object.entries(outcome).filter(([, value]) => typeof value === 'number' || typeof value === 'string').slice(0, 4)
    .map(([name, value]) => `${name.replaceAll('_', ' ')} ${formatAny(value)}`).join(' · ');
}
