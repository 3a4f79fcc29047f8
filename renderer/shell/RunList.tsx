/** Runs as rows: what, when, how it ended, and the way to it. */
import { Badge, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { RunSummary } from '../../protocol/api.types.ts';
import { formatBytes, formatCount, formatMoment, formatSeconds } from '../client/words.ts';
import { Origin } from '../panels/Origin.tsx';

const states: Readonly<Record<RunSummary['state'], { readonly color: string; readonly words: string }>> = {
  queued: { color: 'gray', words: 'waiting' }, running: { color: 'blue', words: 'running' }, done: { color: 'teal', words: 'done' },
  failed: { color: 'red', words: 'failed' }, cancelled: { color: 'gray', words: 'stopped' }, gone: { color: 'red', words: 'interrupted' },
};

export function StateBadge({ state }: { readonly state: RunSummary['state'] }) {
  return <Badge color={states[state].color} variant="light" radius="sm">{states[state].words}</Badge>;
}

export function RunList({ runs }: { readonly runs: readonly RunSummary[] }) {
  return (
    <Table verticalSpacing="xs" highlightOnHover>
      <Table.Thead><Table.Tr><Table.Th>Run</Table.Th><Table.Th>State</Table.Th><Table.Th>Cells</Table.Th><Table.Th>Took</Table.Th><Table.Th>Memory at most</Table.Th><Table.Th>Started</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {runs.map((run) => (
          <Table.Tr key={run.run}>
            <Table.Td><Link to="/runs/$run" params={{ run: run.run }}>{run.title || run.name}</Link> <Text span size="xs" c="dimmed">{run.run.slice(0, 8)}</Text></Table.Td>
            <Table.Td><span className="row"><StateBadge state={run.state} />{run.cells > 0 && <Origin demo={run.demo} />}</span></Table.Td>
            <Table.Td>{run.cells > 0 ? formatCount(run.cells) : ''}</Table.Td>
            <Table.Td>{run.seconds === null ? '' : formatSeconds(run.seconds)}</Table.Td>
            <Table.Td>{run.peakBytes === null ? '' : formatBytes(run.peakBytes)}</Table.Td>
            <Table.Td>{formatMoment(run.queuedAt)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
