/** A walk through the pages: a card that goes along, with the page itself behind it. */
import { Button, Group, Paper, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { create } from 'zustand';
import { host } from '../client/rpc.ts';
import { tourStops } from './tour.table.ts';

const useTour = create<{ readonly at: number | null }>(() => ({ at: null }));

export function Tour() {
  const { at } = useTour();
  const navigate = useNavigate();
  const runs = useQuery(host.runs.list.queryOptions());
  if (at === null) return null;
  const run = runs.data?.find((one) => one.state === 'done' && one.steps.includes('pca'))?.run;
  // Without a finished run there is nothing to see on its pages.
  const stops = tourStops.filter((stop) => run !== undefined || !stop.to.includes('$run'));
  const stop = stops[Math.min(at, stops.length - 1)]!;
  const go = (next: number): void => {
    useTour.setState({ at: next });
    void navigate({ to: stops[next]!.to.replace('$run', run ?? '') });
  };
  return (
    <Paper component="aside" className="tour" shadow="md" p="md" withBorder role="dialog" aria-label={`Tour, ${at + 1} of ${stops.length}: ${stop.title}`}>
      <Text size="sm" fw={620}>{stop.title}</Text>
      <Text size="sm" my={6} aria-live="polite">{stop.text}</Text>
      {run === undefined && at === 0 && <Text size="sm" c="dimmed" mb={6}>Make demo plates and run a guide first to see the pages of a run as well.</Text>}
      <Group justify="space-between">
        <Text size="xs" c="dimmed">{at + 1} of {stops.length}</Text>
        <Group gap="xs">
          <Button size="compact-sm" variant="subtle" onClick={() => useTour.setState({ at: null })}>End</Button>
          <Button size="compact-sm" variant="default" disabled={at === 0} onClick={() => go(at - 1)}>Back</Button>
          {at < stops.length - 1 && <Button size="compact-sm" onClick={() => go(at + 1)}>Next</Button>}
        </Group>
      </Group>
    </Paper>
  );
}

export function TourButton() {
  const navigate = useNavigate();
  const begin = (): void => {
    useTour.setState({ at: 0 });
    void navigate({ to: tourStops[0]!.to });
  };
  return <Button size="compact-sm" variant="default" onClick={begin}>Take the tour</Button>;
}
