/** Extractions of the workspace: how far, stopped and gone on with; the file when it is whole, to register or to take along. */
import { Badge, Button, Group, Progress, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ExtractionState } from '../../protocol/api.extract.ts';
import { queryWords } from '../../protocol/query.ts';
import { useLive } from '../client/events.ts';
import { downloadUrl } from '../client/figures.ts';
import { client, host, queryClient } from '../client/rpc.ts';
import { bridge } from '../client/window.ts';
import { formatBytes, formatCount, formatSeconds } from '../client/words.ts';
import { ErrorCard } from './ErrorCard.tsx';

const colors = { going: 'river', stopped: 'gray', done: 'teal', failed: 'red' } as const;
const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: host.extract.key() });

export function Extractions() {
  const { data, error } = useQuery({ ...host.extract.list.queryOptions(), staleTime: 0, refetchInterval: ({ state }) => (state.data?.some((one) => one.state === 'going') ? 1000 : false) });
  if (error) return <ErrorCard error={error} />;
  if (!data || data.length === 0) return null;
  return (
    <section aria-label="Extractions">
      <Title order={2} mb="xs">Extractions</Title>
      {[...data].reverse().map((one) => <Extraction key={one.id} one={one} />)}
    </section>
  );
}

function Extraction({ one }: { readonly one: ExtractionState }) {
  const act = useMutation({
    mutationFn: async (what: 'stop' | 'resume' | 'remove') => {
      await client.extract[what]({ id: one.id });
    },
    onSettled: refresh,
  });
  const register = useMutation({
    mutationFn: () => client.extract.register({ id: one.id }),
    onSettled: () => Promise.all([refresh(), queryClient.invalidateQueries({ queryKey: host.datasets.key() })]),
  });
  const title = queryWords(one.query);
  return (
    <div className="card" style={{ marginBottom: 10 }}>
      <Group justify="space-between" wrap="nowrap"><strong className="path">{title}</strong><Badge color={colors[one.state]} variant="light" radius="sm">{one.state}</Badge></Group>
      {one.state === 'going' && <Going one={one} title={title} />}
      {one.written && <Text size="sm">{formatCount(one.written.cells)} cells × {formatCount(one.written.genes)} genes, {formatBytes(one.written.bytes)}</Text>}
      <Text size="xs" c="dimmed" className="path">{one.state === 'done' ? '' : 'into '}{one.target}</Text>
      {one.written?.notes.map((note) => <Text key={note} size="xs" c="dimmed">{note}</Text>)}
      {one.dataset !== null && <Text size="sm" role="status">Registered as <Link to="/data">{one.dataset}</Link>.</Text>}
      {one.state === 'stopped' && <Text size="xs" c="dimmed">What was written stays beside it until you go on or remove it.</Text>}
      {one.error && <ErrorCard error={one.error} />}
      <Group mt="xs" gap="xs">
        {one.state === 'going' && <Button size="xs" variant="default" onClick={() => act.mutate('stop')}>Stop</Button>}
        {(one.state === 'stopped' || one.state === 'failed') && <Button size="xs" onClick={() => act.mutate('resume')} loading={act.isPending}>Go on</Button>}
        {one.state === 'done' && one.dataset === null && <Button size="xs" onClick={() => register.mutate()} loading={register.isPending}>Register</Button>}
        {one.file && !one.file.isFolder && <Button size="xs" variant="default" component="a" href={downloadUrl(one.file)} download={one.file.name}>Download</Button>}
        {one.file && bridge && <Button size="xs" variant="default" onClick={() => void bridge?.reveal(one.file!.folder, one.file!.name)}>Show in folder</Button>}
        {one.state !== 'going' && <Button size="xs" variant="subtle" onClick={() => act.mutate('remove')}>{one.state === 'done' ? 'Take off the list' : 'Remove'}</Button>}
      </Group>
      {act.error && <ErrorCard error={act.error} />}
      {register.error && <ErrorCard error={register.error} />}
    </div>
  );
}

/** First the cells are chosen, in a run of their own; then they are written. */
function Going({ one, title }: { readonly one: ExtractionState; readonly title: string }) {
  const run = useLive((state) => (one.run === null ? undefined : state.runs[one.run]));
  const { done, total, unit, etaSeconds } = one.phase === 'choosing' ? (run?.progress ?? { done: 0, total: 0, unit: 'cells', etaSeconds: null }) : one;
  return (
    <div aria-live="polite">
      <Progress value={total > 0 ? (100 * done) / total : 0} my={6} aria-label={`Progress of ${title}`} animated={total === 0} striped={total === 0} />
      <Text size="sm">{one.phase === 'choosing' ? 'Cells are chosen' : 'Written'}{total > 0 ? `: ${formatCount(done)} of ${formatCount(total)} ${unit}` : ''}{etaSeconds === null ? '' : `, ${formatSeconds(etaSeconds)} to go`}</Text>
    </div>
  );
}
