/** What a run will need, said before it starts: one line per resource with number, verdict and remedy; the steps folded below. */
import { Badge, Table, Text } from '@mantine/core';
import type { PreflightLine, PreflightPage } from '../../protocol/api.types.ts';
import { formatBytes, formatCount, formatSeconds } from '../client/words.ts';

const colors = { fits: 'teal', tight: 'orange', 'does not fit': 'red' } as const;

export function PreflightTable({ page }: { readonly page: PreflightPage }) {
  return (
    <div>
      <PreflightLines lines={page.lines} />
      {page.steps.length > 0 && page.steps.every((step) => step.reused) && <Text size="sm" mt="xs">Everything has been computed before with exactly these answers: the run only puts it together again.</Text>}
      {page.notes.map((note) => <Text key={note} size="sm" c="dimmed" mt={4}>{note}</Text>)}
      <details className="facts">
        <summary>Plan of every step</summary>
        <Table verticalSpacing={4} fz="sm">
          <Table.Thead><Table.Tr><Table.Th>Step</Table.Th><Table.Th>Time</Table.Th><Table.Th>Computing</Table.Th><Table.Th>Reading, writing</Table.Th><Table.Th>Memory</Table.Th><Table.Th>Cells per chunk</Table.Th><Table.Th>Workers</Table.Th><Table.Th>Passes over the data</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {page.steps.map((step) => (
              <Table.Tr key={step.step}>
                <Table.Td>{step.title}</Table.Td>
                {step.reused ? <Table.Td colSpan={7}><Text size="sm" c="dimmed">unchanged since an earlier run: will be reused</Text></Table.Td> : (
                  <><Table.Td>{formatSeconds(step.seconds)}{step.calibrated ? ', from past runs' : ''}</Table.Td><Table.Td>{formatSeconds(step.computeSeconds)}</Table.Td><Table.Td>{formatSeconds(step.transferSeconds)}</Table.Td><Table.Td>{step.expectedRamBytes === null ? `at most ${formatBytes(step.ramBytes)}` : `${formatBytes(step.expectedRamBytes)}, at most ${formatBytes(step.ramBytes)}`}</Table.Td><Table.Td>{formatCount(step.chunkRows)}</Table.Td><Table.Td>{step.workers}</Table.Td><Table.Td>{step.passes}</Table.Td></>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </details>
      <details className="facts">
        <summary>Cheat sheet: memory per worker, cells per chunk</summary>
        <Table verticalSpacing={4} fz="sm">
          <Table.Thead><Table.Tr><Table.Th>Memory per worker</Table.Th><Table.Th>Cells per chunk</Table.Th><Table.Th>{`Workers in ${formatBytes(page.hardware.memoryBytes)}`}</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>{page.chunkTable.map((row) => <Table.Tr key={row.workerBytes}><Table.Td>{formatBytes(row.workerBytes)}</Table.Td><Table.Td>{formatCount(row.chunkRows)}</Table.Td><Table.Td>{row.workers}</Table.Td></Table.Tr>)}</Table.Tbody>
        </Table>
      </details>
    </div>
  );
}

/** One line per resource. */
export function PreflightLines({ lines }: { readonly lines: readonly PreflightLine[] }) {
  return (
    <Table verticalSpacing="xs">
      <Table.Thead><Table.Tr><Table.Th>Resource</Table.Th><Table.Th>Needed</Table.Th><Table.Th>Available</Table.Th><Table.Th>Verdict</Table.Th><Table.Th>What to do</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {lines.map((line) => (
          <Table.Tr key={line.resource}>
            <Table.Td>{line.resource}</Table.Td><Table.Td>{line.needed}</Table.Td><Table.Td>{line.available}</Table.Td>
            <Table.Td><Badge color={colors[line.verdict]} variant="light" radius="sm" miw="max-content">{line.verdict}</Badge></Table.Td><Table.Td>{line.remedy || 'nothing'}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
