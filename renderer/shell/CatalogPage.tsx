/** What the catalog knows of the atlas: drugs, cell lines, plates as they were laid out, published counts, forms on disk. */
import { Button, Group, Stack, Table, Tabs, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { client, host, queryClient } from '../client/rpc.ts';
import { formatBytes, formatCount } from '../client/words.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { PlateMaps } from '../panels/PlateMaps.tsx';

export function CatalogPage() {
  const drugs = useQuery(host.catalog.drugs.queryOptions());
  const [find, setFind] = useState('');
  return (
    <Stack maw={1080}>
      <Title order={1}>Catalog</Title>
      {drugs.error && <ErrorCard error={drugs.error} />}
      {drugs.data?.length === 0 && <Import />}
      <Tabs defaultValue="drugs" keepMounted={false}>
        <Tabs.List aria-label="Parts of the catalog">
          <Tabs.Tab value="drugs">Drugs</Tabs.Tab><Tabs.Tab value="lines">Cell lines</Tabs.Tab><Tabs.Tab value="plates">Plates</Tabs.Tab><Tabs.Tab value="counts">Counts</Tabs.Tab><Tabs.Tab value="formats">Forms on disk</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="drugs" pt="md"><Find value={find} onChange={setFind} label="Drug, target or mechanism" /><Drugs find={find} /></Tabs.Panel>
        <Tabs.Panel value="lines" pt="md"><Find value={find} onChange={setFind} label="Line, organ or driver gene" /><Lines find={find} /></Tabs.Panel>
        <Tabs.Panel value="plates" pt="md"><PlateMaps /></Tabs.Panel>
        <Tabs.Panel value="counts" pt="md"><Counts /></Tabs.Panel>
        <Tabs.Panel value="formats" pt="md"><Formats /></Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

/** Shown while there is nothing yet. */
function Import() {
  const [path, setPath] = useState('');
  const load = useMutation({ mutationFn: () => client.catalog.import({ path: path.trim() }), onSuccess: () => queryClient.invalidateQueries() });
  return (
    <section className="card">
      <Text size="sm">The catalog is empty. Import the metadata tables of the atlas (drugs, cell lines, genes, samples, conditions; Parquet or CSV, all in one folder). The page Data fetches them from their source.</Text>
      <form onSubmit={(event) => { event.preventDefault(); load.mutate(); }}>
        <Group align="end" mt="sm"><TextInput className="grow" label="Folder of the tables" placeholder="/data/tahoe/metadata" value={path} onChange={(event) => setPath(event.currentTarget.value)} /><Button type="submit" disabled={path.trim() === ''} loading={load.isPending}>Import</Button></Group>
      </form>
      {load.error && <ErrorCard error={load.error} />}
    </section>
  );
}

function Find({ value, onChange, label }: { readonly value: string; readonly label: string; onChange(text: string): void }) {
  return <TextInput mb="sm" maw={380} label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)} />;
}

const fits = (find: string, ...texts: readonly (string | null)[]): boolean => texts.some((text) => text?.toLowerCase().includes(find.trim().toLowerCase()));

function Drugs({ find }: { readonly find: string }) {
  const { data = [] } = useQuery(host.catalog.drugs.queryOptions());
  const rows = data.filter((one) => fits(find, one.drug, one.moaBroad, one.moaFine, ...one.targets));
  return (
    <>
      <Text size="sm" c="dimmed" role="status">{formatCount(rows.length)} of {formatCount(data.length)} labels, the control among them</Text>
      <Table fz="sm" verticalSpacing={4}>
        <Table.Thead><Table.Tr><Table.Th>Drug</Table.Th><Table.Th>Targets</Table.Th><Table.Th>Mechanism</Table.Th><Table.Th>Approved</Table.Th><Table.Th ta="right">Cells (released)</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>{rows.map((one) => <Table.Tr key={one.drug}><Table.Td>{one.drug}</Table.Td><Table.Td>{one.targets.join(', ') || 'none known'}</Table.Td><Table.Td>{[one.moaFine, one.moaBroad].filter(Boolean).join('; ')}</Table.Td><Table.Td>{one.approved ?? ''}</Table.Td><Table.Td ta="right">{formatCount(one.cells)}</Table.Td></Table.Tr>)}</Table.Tbody>
      </Table>
    </>
  );
}

function Lines({ find }: { readonly find: string }) {
  const { data = [], error } = useQuery(host.catalog.lines.queryOptions());
  const rows = data.filter((one) => fits(find, one.line, one.name, one.organ, ...one.drivers));
  if (error) return <ErrorCard error={error} />;
  return (
    <>
      <Text size="sm" c="dimmed" role="status">{formatCount(rows.length)} of {formatCount(data.length)} annotated lines; {formatCount(data.filter((one) => one.cells > 0).length)} of them are in the assay</Text>
      <Table fz="sm" verticalSpacing={4}>
        <Table.Thead><Table.Tr><Table.Th>Line</Table.Th><Table.Th>Cellosaurus</Table.Th><Table.Th>Organ</Table.Th><Table.Th>Driver genes</Table.Th><Table.Th ta="right">Cells (released)</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>{rows.map((one) => <Table.Tr key={one.line}><Table.Td>{one.name}</Table.Td><Table.Td>{one.line}</Table.Td><Table.Td>{one.organ ?? ''}</Table.Td><Table.Td>{one.drivers.join(', ')}</Table.Td><Table.Td ta="right">{formatCount(one.cells)}</Table.Td></Table.Tr>)}</Table.Tbody>
      </Table>
    </>
  );
}

function Counts() {
  const { data = [], error } = useQuery(host.catalog.counts.queryOptions());
  if (error) return <ErrorCard error={error} />;
  return (
    <Table fz="sm" verticalSpacing={4}>
      <Table.Thead><Table.Tr><Table.Th ta="right">Count</Table.Th><Table.Th>Of</Table.Th><Table.Th>What is counted</Table.Th><Table.Th>Source</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>{data.map((one) => <Table.Tr key={one.name}><Table.Td ta="right">{formatCount(one.value)}</Table.Td><Table.Td>{one.unit}</Table.Td><Table.Td>{one.definition}</Table.Td><Table.Td>{one.source}</Table.Td></Table.Tr>)}</Table.Tbody>
    </Table>
  );
}

function Formats() {
  const { data = [], error } = useQuery(host.catalog.formats.queryOptions());
  if (error) return <ErrorCard error={error} />;
  return (
    <>
      <Table fz="sm" verticalSpacing={4}>
        <Table.Thead><Table.Tr><Table.Th>Form of all 14 plates</Table.Th><Table.Th>Size</Table.Th><Table.Th>While it is made</Table.Th><Table.Th>Metadata</Table.Th><Table.Th>Here</Table.Th><Table.Th>To know</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>{data.map((one) => <Table.Tr key={one.format}><Table.Td>{one.format}</Table.Td><Table.Td>{formatBytes(one.bytes)}</Table.Td><Table.Td>{one.peakBytes === null ? 'as published' : formatBytes(one.peakBytes)}</Table.Td><Table.Td>{one.metadata ? 'with metadata' : 'no metadata'}</Table.Td><Table.Td>{one.fits ? 'fits' : 'does not fit'}</Table.Td><Table.Td>{one.words}</Table.Td></Table.Tr>)}</Table.Tbody>
      </Table>
      <Text size="sm" mt="sm"><Link to="/preflight">What this machine offers</Link></Text>
    </>
  );
}
