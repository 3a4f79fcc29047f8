/** Loading for training: which settings load the registered data fastest on this machine and still mix them well. */
import { Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { host, queryClient } from '../client/rpc.ts';
import { formatMoment } from '../client/words.ts';
import { DesignAnswer } from '../panels/DesignAnswer.tsx';
import { DesignForm } from '../panels/DesignForm.tsx';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { MeasurementProgress } from '../panels/MeasurementProgress.tsx';
import { StorageComparison } from '../panels/StorageComparison.tsx';
import { WhichWay } from '../panels/WhichWay.tsx';

export function LoadingPage() {
  const design = useQuery({ ...host.loading.design.queryOptions(), staleTime: 0, refetchInterval: ({ state }) => (state.data?.state === 'going' ? 500 : false) });
  const again = (): void => void queryClient.invalidateQueries({ queryKey: host.loading.key() });
  const start = useMutation({ ...host.loading.start.mutationOptions(), onSuccess: again });
  const stop = useMutation({ ...host.loading.stop.mutationOptions(), onSettled: again });
  const { data } = design;
  return (
    <Stack maw={1100} gap="lg">
      <div><Title order={1}>Loading for training</Title><Text c="dimmed">Minibatches come straight from the files. Block and fetch sizes decide how fast, and how well cells of different plates, drugs and lines are mixed.</Text></div>
      <WhichWay />
      <DesignForm busy={data?.state === 'going' || start.isPending} onStart={(wish) => start.mutate(wish)} />
      {(start.error ?? design.error) && <ErrorCard error={start.error ?? design.error} />}
      {data?.state === 'going' && <MeasurementProgress of={data} label="Search for settings" onStop={() => stop.mutate(undefined)} />}
      {data?.state === 'stopped' && <Text role="status">Stopped before the end; nothing was kept.</Text>}
      {data?.error && <ErrorCard error={data.error} />}
      {data?.answer && <section aria-live="polite"><Text size="sm" c="dimmed" mb="xs">Found {formatMoment(data.startedAt)}, {data.wish.datasets === null ? 'all data sets' : data.wish.datasets.join(', ')}.</Text><DesignAnswer answer={data.answer} wish={data.wish} /></section>}
      <StorageComparison />
    </Stack>
  );
}
