/** Loading for training: which settings load the registered data fastest on this machine and still mix them well. */
import { Button, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { DesignState } from '../../protocol/api.loading.ts';
import { host, queryClient } from '../client/rpc.ts';
import { formatCount, formatMoment, formatSeconds } from '../client/words.ts';
import { DesignAnswer } from '../panels/DesignAnswer.tsx';
import { DesignForm } from '../panels/DesignForm.tsx';
import { ErrorCard } from '../panels/ErrorCard.tsx';
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
      {data?.state === 'going' && <Going design={data} onStop={() => stop.mutate(undefined)} />}
      {data?.state === 'stopped' && <Text role="status">Stopped before the end; nothing was kept.</Text>}
      {data?.error && <ErrorCard error={data.error} />}
      {data?.answer && <section aria-live="polite"><Text size="sm" c="dimmed" mb="xs">Found {formatMoment(data.startedAt)}, {data.wish.datasets === null ? 'all data sets' : data.wish.datasets.join(', ')}.</Text><DesignAnswer answer={data.answer} wish={data.wish} /></section>}
    </Stack>
  );
}

function Going({ design, onStop }: { readonly design: DesignState; onStop(): void }) {
  return (
    <section aria-label="Search for settings">
      <Progress value={design.total > 0 ? (100 * design.done) / design.total : 0} aria-label={`${design.unit} done`} mb={6} />
      <Group justify="space-between"><Text size="sm" aria-live="polite">{formatCount(design.done)} of {formatCount(design.total)} {design.unit}{design.etaSeconds === null ? '' : `, ${formatSeconds(design.etaSeconds)} to go`}</Text><Button size="xs" variant="default" onClick={onStop}>Stop</Button></Group>
    </section>
  );
}
