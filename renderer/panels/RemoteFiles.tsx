/** Files that are read from afar: how fast, what of them is kept here, and letting go of it. */
import { Badge, Button, Group, NumberInput, Table, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, host, queryClient } from '../client/rpc.ts';
import { formatBytes } from '../client/words.ts';
import { ErrorCard } from './ErrorCard.tsx';

const GiB = 2 ** 30;

export function RemoteFiles() {
  const { data, error } = useQuery({ ...host.remote.list.queryOptions(), staleTime: 0 });
  const [limit, setLimit] = useState<number | null>(null);
  const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: host.remote.key() });
  const clear = useMutation({ mutationFn: () => client.remote.clear(), onSettled: refresh });
  const change = useMutation({ mutationFn: (bytes: number) => client.remote.limit({ bytes }), onSettled: refresh });
  if (error) return <ErrorCard error={error} />;
  if (!data || data.files.length === 0) return null;
  const kept = data.files.reduce((sum, file) => sum + file.cachedBytes, 0);
  return (
    <section aria-label="Read from afar">
      <Title order={2} mb="xs">Read from afar</Title>
      <Table fz="sm" verticalSpacing={4}>
        <Table.Thead><Table.Tr><Table.Th>File</Table.Th><Table.Th>From</Table.Th><Table.Th>Kept here</Table.Th><Table.Th>Rate</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {data.files.map((file) => (
            <Table.Tr key={file.name}>
              <Table.Td className="path">{file.name}</Table.Td><Table.Td className="path">{file.url}</Table.Td><Table.Td>{formatBytes(file.cachedBytes)} of {formatBytes(file.size)}</Table.Td>
              <Table.Td>{file.rate === null ? 'not known yet' : `${formatBytes(file.rate)}/s`} {file.slow && <Badge color="orange" variant="light" radius="sm">slow</Badge>}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" mt="xs">{formatBytes(kept)} kept of at most {formatBytes(data.limitBytes)}, in <span className="path">{data.place}</span></Text>
      <Group align="end" mt="xs">
        <Button size="xs" variant="default" disabled={kept === 0} loading={clear.isPending} onClick={() => clear.mutate()}>Clear what is kept</Button>
        <NumberInput size="xs" w={150} label="Keep at most (GiB)" min={0} value={limit ?? Math.round(data.limitBytes / GiB)} onChange={(value) => setLimit(typeof value === 'number' ? value : null)} />
        <Button size="xs" variant="default" disabled={limit === null} onClick={() => limit !== null && change.mutate(Math.round(limit * GiB))}>Set</Button>
      </Group>
      {[clear.error, change.error].map((one, i) => one && <ErrorCard key={i} error={one} />)}
    </section>
  );
}
