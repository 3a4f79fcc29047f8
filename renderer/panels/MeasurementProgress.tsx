/** How far a measurement is, and the way to stop it. */
import { Button, Group, Progress, Text } from '@mantine/core';
import type { MeasurementState } from '../../protocol/api.loading.ts';
import { formatCount, formatSeconds } from '../client/words.ts';

export interface MeasurementProgressProps {
  readonly of: Pick<MeasurementState<unknown, unknown>, 'done' | 'total' | 'unit' | 'etaSeconds'>;
  readonly label: string;
  onStop(): void;
}

export function MeasurementProgress({ of: { done, total, unit, etaSeconds }, label, onStop }: MeasurementProgressProps) {
  return (
    <section aria-label={label}>
      <Progress value={total > 0 ? (100 * done) / total : 0} aria-label={`${unit} done`} mb={6} />
      <Group justify="space-between"><Text size="sm" aria-live="polite">{formatCount(done)} of {formatCount(total)} {unit}{etaSeconds === null ? '' : `, ${formatSeconds(etaSeconds)} to go`}</Text><Button size="xs" variant="default" onClick={onStop}>Stop</Button></Group>
    </section>
  );
}
