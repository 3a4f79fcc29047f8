/** What a data set is: shape, where its counts are, columns with levels, and everything that is odd about it. */
import { Alert, Badge, Group, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { host } from '../client/rpc.ts';
import { formatBytes, formatCount } from '../client/words.ts';
import { ErrorCard } from './ErrorCard.tsx';
import { Origin } from './Origin.tsx';

const states = { changed: 'The file has changed since it was added: add it again.', missing: 'The file is no longer where it was.' } as const;

export function DatasetFacts({ name }: { readonly name: string }) {
  const { data, error } = useQuery(host.datasets.detail.queryOptions({ input: { name } }));
  if (error) return <ErrorCard error={error} />;
  if (!data) return null;
  const { summary, report, state } = data;
  return (
    <section aria-label={`About ${name}`}>
      <Group gap="xs" mb="xs"><h3>{name}</h3><Origin demo={summary.demo} /></Group>
      <Text>{formatCount(summary.cells)} cells × {formatCount(summary.genes)} genes, {formatBytes(summary.bytes)} on disk, read in place</Text>
      <Text size="sm" c="dimmed">{report.format}, AnnData encoding {report.encoding}; {summary.countsIn === null ? 'no integer counts were found' : `counts in ${summary.countsIn}`}{report.X ? `; X is ${report.X.kind}, ${report.X.dtype}${report.X.filter ? `, ${report.X.filter}` : ''}` : ''}</Text>
      {state !== 'unchanged' && <Alert color="orange" my="sm">{states[state]}</Alert>}
      {report.problems.map((problem) => <Alert key={`${problem.kind}${problem.where}`} color="yellow" variant="light" my="xs" p="xs"><Text size="sm"><b>{problem.where}</b>: {problem.message}</Text></Alert>)}
      <Table verticalSpacing={3} fz="sm" mt="sm">
        <Table.Thead><Table.Tr><Table.Th>obs column</Table.Th><Table.Th>kind</Table.Th><Table.Th>levels</Table.Th><Table.Th>example</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>{report.obs.map((column) => <Table.Tr key={column.name}><Table.Td>{column.name}</Table.Td><Table.Td>{column.type}</Table.Td><Table.Td>{column.levels ?? ''}</Table.Td><Table.Td className="clip">{column.example ?? ''}</Table.Td></Table.Tr>)}</Table.Tbody>
      </Table>
      {Object.keys(report.obsm).length > 0 && <Group gap={6} mt="sm">{Object.entries(report.obsm).map(([key, shape]) => <Badge key={key} variant="outline" radius="sm">{key} {shape.join(' × ')}</Badge>)}</Group>}
    </section>
  );
}
