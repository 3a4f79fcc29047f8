/** Downloads of the workspace: how far, how fast; paused and gone on with; registered when they are whole. */
import { Badge, Button, Group, Progress, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { DownloadState } from '../../protocol/api.data.ts';
import { client, host, queryClient } from '../client/rpc.ts';
import { formatBytes, formatSeconds } from '../client/words.ts';
import { ErrorCard } from './ErrorCard.tsx';

const words = { going: 'going', paused: 'paused', done: 'done', failed: 'stopped' } as const;
const colors = { going: 'river', paused: 'gray', done: 'teal', failed: 'red' } as const;
const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: host.downloads.key() });

export function Downloads() {
  const { data, error } = useQuery({ ...host.downloads.list.queryOptions(), staleTime: 0, refetchInterval: ({ state }) => (state.data?.some((one) => one.state === 'going') ? 1000 : false) });
  if (error) return <ErrorCard error={error} />;
  if (!data || data.length === 0) return null;
  return (
    <section aria-label="Downloads">
      <Title order={2} mb="xs">Downloads</Title>
      {data.map((one) => <Download key={one.id} one={one} />)}
    </section>
  );
}

function Download({ one }: { readonly one: DownloadState }) {
  const act = useMutation({
    mutationFn: async (what: 'pause' | 'resume' | 'remove') => {
      await client.downloads[what]({ id: one.id });
    },
    onSettled: refresh,
  });
  const register = useMutation({
    mutationFn: async () => {
      for (const path of one.paths) await client.datasets.add({ path });
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: host.datasets.key() }),
  });
  const share = one.totalBytes > 0 ? (100 * one.doneBytes) / one.totalBytes : 0;
  const left = one.rate !== null && one.rate > 0 ? (one.totalBytes - one.doneBytes) / one.rate : null;
  return (
    <div className="card" style={{ marginBottom: 10 }}>
      <Group justify="space-between" wrap="nowrap"><strong className="path">{one.title}</strong><Badge color={colors[one.state]} variant="light" radius="sm">{words[one.state]}</Badge></Group>
      <Progress value={share} my={6} aria-label={`Progress of ${one.title}`} />
      <Text size="sm">{formatBytes(one.doneBytes)} of {one.totalBytes > 0 ? formatBytes(one.totalBytes) : 'an unknown size'}{one.files > 1 ? `, ${one.finished} of ${one.files} files` : ''}{one.rate !== null ? `, ${formatBytes(one.rate)}/s` : ''}{left !== null ? `, ${formatSeconds(left)} to go` : ''}</Text>
      <Text size="xs" c="dimmed" className="path">into {one.folder}</Text>
      {one.changed.length > 0 && <Text size="sm" role="alert">Changed at the source since you fetched them (yours are kept): {one.changed.join(', ')}</Text>}
      {one.error && <ErrorCard error={one.error} />}
      <Group mt="xs" gap="xs">
        {one.state === 'going' && <Button size="xs" variant="default" onClick={() => act.mutate('pause')}>Pause</Button>}
        {(one.state === 'paused' || one.state === 'failed') && <Button size="xs" onClick={() => act.mutate('resume')}>Go on</Button>}
        {one.paths.length > 0 && one.state === 'done' && <Button size="xs" onClick={() => register.mutate()} loading={register.isPending}>Register {one.paths.length === 1 ? 'the file' : `${one.paths.length} files`}</Button>}
        {one.state !== 'going' && <Button size="xs" variant="subtle" onClick={() => act.mutate('remove')}>Take off the list</Button>}
      </Group>
      {act.error && <ErrorCard error={act.error} />}
      {register.error && <ErrorCard error={register.error} />}
    </div>
  );
}
