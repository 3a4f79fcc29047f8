/** All runs of the workspace, those that wait first. */
import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { host } from '../client/rpc.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { RunList } from './RunList.tsx';

export function RunsPage() {
  const { data, error } = useQuery(host.runs.list.queryOptions());
  return (
    <Stack maw={980}>
      <Title order={1}>Runs</Title>
      {error && <ErrorCard error={error} />}
      {data?.length === 0 && <Text>Nothing has run yet. A guide on the first page starts a run.</Text>}
      {data && data.length > 0 && <RunList runs={data} />}
    </Stack>
  );
}
