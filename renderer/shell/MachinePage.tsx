/** Before any run: what this machine offers, whether a recipe fits, and how well earlier predictions came true. */
import { Badge, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fragment, useState, type ReactNode } from 'react';
import type { LoaderRow, MachineFacts } from '../../protocol/api.data.ts';
import { host } from '../client/rpc.ts';
import { askGraphics } from '../client/webgpu.ts';
import { bridge } from '../client/window.ts';
import { formatBytes, formatMoment, formatSeconds } from '../client/words.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { PreflightTable } from '../panels/PreflightTable.tsx';

const colors = { good: 'teal', note: 'orange', missing: 'red' } as const;

export function MachinePage() {
  const machine = useQuery({ ...host.machine.queryOptions(), staleTime: 5000 });
  const graphics = useQuery({ queryKey: ['webgpu'], queryFn: () => askGraphics(navigator, isSecureContext), staleTime: Infinity });
  return (
    <Stack maw={1000} gap="xl">
      <Title order={1}>Preflight</Title>
      {machine.error && <ErrorCard error={machine.error} />}
      <section>
        <Title order={2} mb="xs">This machine</Title>
        <Table verticalSpacing="xs">
          <Table.Thead><Table.Tr><Table.Th>What</Table.Th><Table.Th>Found</Table.Th><Table.Th>Verdict</Table.Th><Table.Th>To know</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {machine.data?.lines.map((line) => <Fact key={line.what} {...line} />)}
            {graphics.data && (
              <Fact what={bridge ? 'WebGPU' : 'WebGPU of this browser'} {...graphics.data}>
                {graphics.data.limits.length > 0 && <dl className="pairs" aria-label="Limits of the adapter">{graphics.data.limits.map(({ name, words, value }) => <Fragment key={name}><dt title={name}>{words}</dt><dd>{value}</dd></Fragment>)}</dl>}
              </Fact>
            )}
          </Table.Tbody>
        </Table>
      </section>
      <Fits />
      {machine.data && <Loaders rows={machine.data.loaders} />}
      <section>
        <Title order={2} mb="xs">Predicted and actual</Title>
        {machine.data?.history.length === 0 && <Text c="dimmed">Nothing has run here yet. After three runs of a step, or three extractions, predictions are corrected by what those took.</Text>}
        {machine.data && machine.data.history.length > 0 && <Text size="sm" c="dimmed">The first three runs of a step, and the first three extractions, are predicted by their plan, whose memory and disk are upper bounds; later ones by what the runs before took.</Text>}
        {machine.data && machine.data.history.length > 0 && (
          <Table fz="sm" verticalSpacing={4}>
            <Table.Thead><Table.Tr><Table.Th>Step</Table.Th><Table.Th>When</Table.Th><Table.Th>Time predicted</Table.Th><Table.Th>Time</Table.Th><Table.Th>Memory predicted</Table.Th><Table.Th>Memory</Table.Th><Table.Th>Disk predicted</Table.Th><Table.Th>Disk</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {machine.data.history.map((past, i) => (
                <Table.Tr key={i}>
                  <Table.Td>{past.step}</Table.Td><Table.Td>{formatMoment(past.at)}</Table.Td><Table.Td>{formatSeconds(past.predictedSeconds)}</Table.Td><Table.Td>{formatSeconds(past.seconds)}</Table.Td>
                  <Table.Td>{formatBytes(past.predictedBytes)}</Table.Td><Table.Td>{past.peakBytes === null ? '' : formatBytes(past.peakBytes)}</Table.Td><Table.Td>{formatBytes(past.predictedDiskBytes)}</Table.Td><Table.Td>{past.diskBytes === null ? '' : formatBytes(past.diskBytes)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </section>
    </Stack>
  );
}

type FactProps = MachineFacts['lines'][number] & { readonly children?: ReactNode };

function Fact({ what, found, verdict, words, children }: FactProps) {
  return <Table.Tr><Table.Td style={{ whiteSpace: 'nowrap' }}>{what}</Table.Td><Table.Td miw={180}>{found}</Table.Td><Table.Td><Badge color={colors[verdict]} variant="light" radius="sm" miw={64}>{verdict}</Badge></Table.Td><Table.Td>{words}{children}</Table.Td></Table.Tr>;
}

/** A ready recipe on the registered data. */
function Fits() {
  const recipes = useQuery(host.recipes.ready.queryOptions());
  const [name, setName] = useState<string | null>(null);
  const recipe = recipes.data?.find((one) => one.name === name);
  const page = useQuery({ ...host.preflight.queryOptions({ input: { recipe: recipe!, limits: { memoryBytes: null, workers: null } } }), enabled: recipe !== undefined });
  return (
    <section>
      <Title order={2} mb="xs">Does it fit?</Title>
      <Select label="Recipe, on all registered data" maw={420} placeholder="Choose" data={(recipes.data ?? []).map((one) => ({ value: one.name, label: one.title || one.name }))} value={name} onChange={setName} />
      {page.error && <ErrorCard error={page.error} />}
      {recipe && page.data && <PreflightTable page={page.data} />}
      {recipe && page.data?.refusal && <ErrorCard error={page.data.refusal} />}
    </section>
  );
}

function Loaders({ rows }: { readonly rows: readonly LoaderRow[] }) {
  return (
    <section>
      <Title order={2} mb="xs">Settings of a loader</Title>
      <Text size="sm" c="dimmed">By rule, for plates of the atlas; the first row is this machine. A measured design is better: the page <Link to="/loading">Loading</Link>, or truckee bench loader.</Text>
      <Table fz="sm" verticalSpacing={4} aria-label="Settings of a loader by machine">
        <Table.Thead><Table.Tr><Table.Th>Files</Table.Th><Table.Th>Cores</Table.Th><Table.Th>Memory</Table.Th><Table.Th>Disk</Table.Th><Table.Th>Shared memory</Table.Th><Table.Th>batch_size</Table.Th><Table.Th>block_size</Table.Th><Table.Th>fetch_factor</Table.Th><Table.Th>num_workers</Table.Th><Table.Th>Memory per worker</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {rows.map((row, i) => (
            <Table.Tr key={i} fw={i === 0 ? 600 : undefined}>
              <Table.Td>{row.files}</Table.Td><Table.Td>{row.cores}</Table.Td><Table.Td>{formatBytes(row.memoryBytes)}</Table.Td><Table.Td>{row.disk}</Table.Td><Table.Td>{formatBytes(row.sharedMemoryBytes)}</Table.Td>
              <Table.Td>{row.batchSize}</Table.Td><Table.Td>{row.blockSize}</Table.Td><Table.Td>{row.fetchFactor}</Table.Td><Table.Td>{row.workers}</Table.Td><Table.Td>{formatBytes(row.bytesPerWorker)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
