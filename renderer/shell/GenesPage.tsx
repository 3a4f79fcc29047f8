/** Genes of a run: which ones vary more than their mean explains, any gene found by name, and each one's way to the map. */
import { Loader, SimpleGrid, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { columnIn, type ColumnsFile } from '../../protocol/columns-file.ts';
import { columnsOptions } from '../client/points.ts';
import { formatCount, formatValue } from '../client/words.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { RunPlaces } from '../panels/RunPlaces.tsx';
import { Scatter } from '../plots/Scatter.tsx';

const wanted = ['means', 'dispersions_norm', 'variances_norm', 'highly_variable', 'hvg_count', 'n_cells_by_counts', 'mean_counts', 'total_counts', 'mt'];
/** What a gene's place among the variable ones is measured by, by flavour. */
const scores = [{ column: 'dispersions_norm', title: 'normalised dispersion' }, { column: 'variances_norm', title: 'normalised variance' }] as const;

export function GenesPage({ run }: { readonly run: string }) {
  const genes = useQuery(columnsOptions({ run, of: 'genes', columns: wanted }));
  return (
    <Stack gap="md" maw={1100}>
      <RunPlaces run={run} at="Genes" />
      <Title order={1}>{genes.data ? `${formatCount(genes.data.header.rows)} genes` : 'Genes'}</Title>
      {genes.error && <ErrorCard error={genes.error} />}
      {genes.data ? <Genes run={run} file={genes.data} /> : !genes.error && <Loader />}
    </Stack>
  );
}

/** Rows of the table. */
const mostRows = 60;

function Genes({ run, file }: { readonly run: string; readonly file: ColumnsFile }) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const names = file.header.names ?? [];
  const score = scores.find((one) => columnIn(file, one.column)) ?? null;
  const values = score && columnIn(file, score.column);
  const chosen = useMemo(() => {
    const flags = columnIn(file, 'highly_variable');
    return flags && Uint8Array.from(flags);
  }, [file]);
  const means = columnIn(file, 'means') ?? columnIn(file, 'mean_counts');
  const rows = useMemo(() => {
    const text = typed.trim().toLowerCase();
    const found = names.flatMap((name, i) => (text === '' || name.toLowerCase().includes(text) ? [i] : []));
    const by = values ?? columnIn(file, 'total_counts');
    const place = (i: number): number => (by && Number.isFinite(by[i]!) ? by[i]! : -Infinity);
    return found.sort((a, b) => Number(names[b]?.toLowerCase() === text) - Number(names[a]?.toLowerCase() === text) || place(b) - place(a) || a - b);
  }, [typed, names, values, file]);
  const show = (i: number): void => void navigate({ to: '/explore/$run', params: { run }, search: { view: JSON.stringify({ gene: names[i] }) } });
  const columns = file.header.columns.map((one) => one.name).filter((name) => name !== 'highly_variable' && name !== 'mt');
  return (
    <>
      {means && values && score && (
        <Scatter x={means} y={values} names={names} marked={chosen} axes={['mean', score.title]} logX title={chosen ? `${formatCount(chosen.reduce((sum, flag) => sum + flag, 0))} variable genes, in colour` : 'Genes by mean and spread'} onPick={show} />
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }}><TextInput label="Find a gene" placeholder="part of its name" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} /></SimpleGrid>
      <Text size="sm" c="dimmed" aria-live="polite">{typed.trim() === '' ? `The ${Math.min(mostRows, rows.length)} ${score ? 'most variable' : 'most counted'} come first.` : `${formatCount(rows.length)} found`}</Text>
      <Table fz="sm" verticalSpacing={3} striped>
        <Table.Thead><Table.Tr><Table.Th>gene</Table.Th>{chosen && <Table.Th>variable</Table.Th>}{columns.map((name) => <Table.Th key={name} ta="right">{name.replaceAll('_', ' ')}</Table.Th>)}</Table.Tr></Table.Thead>
        <Table.Tbody>
          {rows.slice(0, mostRows).map((i) => (
            <Table.Tr key={i}>
              <Table.Td><Link to="/explore/$run" params={{ run }} search={{ view: JSON.stringify({ gene: names[i] }) }} title="Colour the map by this gene">{names[i]}</Link></Table.Td>
              {chosen && <Table.Td>{chosen[i] === 1 ? 'yes' : ''}</Table.Td>}
              {columns.map((name) => <Table.Td key={name} ta="right">{formatValue(columnIn(file, name)![i]!)}</Table.Td>)}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}
