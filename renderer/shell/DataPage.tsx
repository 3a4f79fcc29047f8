/** The data sets of the workspace: what each is, and bringing in more: from folders, published sources, addresses. */
import { Button, Group, Stack, Table, Text, Title, UnstyledButton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, host, queryClient } from '../client/rpc.ts';
import { formatBytes, formatCount } from '../client/words.ts';
import { AddData } from '../guides/AddData.tsx';
import { Downloads } from '../panels/Downloads.tsx';
import { FromAddress } from '../panels/FromAddress.tsx';
import { RemoteFiles } from '../panels/RemoteFiles.tsx';
import { Sources } from '../panels/Sources.tsx';
import { DatasetFacts } from '../panels/DatasetFacts.tsx';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { Origin } from '../panels/Origin.tsx';

export function DataPage() {
  const { data, error } = useQuery(host.datasets.list.queryOptions());
  const [open, setOpen] = useState<string | null>(null);
  const forget = useMutation({
    mutationFn: (name: string) => client.datasets.remove({ name }),
    onSuccess: () => {
      setOpen(null);
      return queryClient.invalidateQueries({ queryKey: host.datasets.key() });
    },
  });
  return (
    <Stack maw={980}>
      <Title order={1}>Data</Title>
      {error && <ErrorCard error={error} />}
      <AddData empty={data?.length === 0} />
      {data && data.length > 0 && (
        <Table verticalSpacing="xs" highlightOnHover>
          <Table.Thead><Table.Tr><Table.Th>Name</Table.Th><Table.Th>Cells</Table.Th><Table.Th>Genes</Table.Th><Table.Th>Size</Table.Th><Table.Th>Counts in</Table.Th><Table.Th>Oddities</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {data.map((one) => (
              <Table.Tr key={one.name}>
                <Table.Td><span className="row"><UnstyledButton aria-expanded={open === one.name} onClick={() => setOpen(open === one.name ? null : one.name)}><u>{one.name}</u></UnstyledButton><Origin demo={one.demo} /></span>{one.takenFrom.length > 0 && <Text size="sm" c="dimmed">taken from {one.takenFrom.join(', ')}</Text>}</Table.Td>
                <Table.Td>{formatCount(one.cells)}</Table.Td><Table.Td>{formatCount(one.genes)}</Table.Td><Table.Td>{formatBytes(one.bytes)}</Table.Td><Table.Td>{one.countsIn ?? 'none found'}</Table.Td><Table.Td>{one.problems || ''}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {open !== null && (
        <section className="card">
          <DatasetFacts name={open} />
          <Group mt="md"><Button size="xs" variant="default" onClick={() => forget.mutate(open)} loading={forget.isPending}>Forget this data set</Button><Text size="xs" c="dimmed">The file stays where it is; results stay too.</Text></Group>
          {forget.error && <ErrorCard error={forget.error} />}
        </section>
      )}
      <Downloads />
      <Sources />
      <FromAddress />
      <RemoteFiles />
    </Stack>
  );
}
