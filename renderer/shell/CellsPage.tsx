/** Every cell of a run as a row: columns to choose, order, search by name; the cells chosen on the map, or all. */
import { Button, Group, Loader, MultiSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { choosesAll } from '../../protocol/cell-choice.ts';
import type { RunColumns } from '../../protocol/api.types.ts';
import { client, host } from '../client/rpc.ts';
import { formatCount } from '../client/words.ts';
import { CellTable, type CellSort } from '../panels/CellTable.tsx';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { RunPlaces } from '../panels/RunPlaces.tsx';
import { usualView } from '../panels/use-view-state.ts';
import { choiceOf, fromText } from '../plots/view-state.ts';

export function CellsPage({ run }: { readonly run: string }) {
  const columns = useQuery(host.runs.columns.queryOptions({ input: { run } }));
  if (columns.error) return <ErrorCard error={columns.error} />;
  return columns.data ? <Cells run={run} columns={columns.data} /> : <Loader />;
}

/** Columns shown at first. */
const usualColumns = 8;

function Cells({ run, columns }: { readonly run: string; readonly columns: RunColumns }) {
  const { view } = useSearch({ strict: false });
  const navigate = useNavigate();
  const choice = useMemo(() => choiceOf(fromText(view, usualView(columns))), [view, columns]);
  const [shown, setShown] = useState<string[]>(() => firstColumns(columns));
  const [sort, setSort] = useState<CellSort | null>(null);
  const [name, setName] = useState('');
  const [total, setTotal] = useState<number | null>(null);
  const [goTo, setGoTo] = useState<{ row: number } | null>(null);
  const find = useMutation({
    mutationFn: (from: number) => client.runs.cells({ run, columns: [], choice, sort, from, count: 0, find: name.trim() }),
    onSuccess: (answer) => setGoTo({ row: answer.from }),
  });
  return (
    <Stack gap="sm" maw={1400}>
      <RunPlaces run={run} at="Cells" view={view} />
      <Title order={1}>{total === null ? 'Cells' : `${formatCount(total)} cells`}</Title>
      {!choosesAll(choice) && (
        <Group gap="xs"><Text size="sm">Only the cells chosen on the map.</Text><Button size="compact-xs" variant="default" onClick={() => void navigate({ to: '.', search: {} })}>Show all</Button></Group>
      )}
      <Group align="end">
        <MultiSelect className="grow" label="Columns" data={columns.columns.map((one) => one.name)} value={shown} searchable selectFirstOptionOnChange maxValues={20} onChange={setShown} />
        <form onSubmit={(event) => { event.preventDefault(); if (name.trim() !== '') find.mutate(goTo === null ? 0 : goTo.row + 1); }}>
          <Group gap="xs" align="end">
            <TextInput label="Find a cell" placeholder="part of its name" value={name} onChange={(event) => { setName(event.currentTarget.value); setGoTo(null); }} />
            <Button type="submit" variant="default" loading={find.isPending}>{goTo === null ? 'Find' : 'Next'}</Button>
          </Group>
        </form>
      </Group>
      {find.error && <ErrorCard error={find.error} />}
      <CellTable key={JSON.stringify([choice, sort])} run={run} columns={shown} choice={choice} sort={sort} onSort={setSort} goTo={goTo} onTotal={setTotal} />
    </Stack>
  );
}

/** What tells cells apart comes first: labels, then what was computed. */
function firstColumns({ columns, suggested }: RunColumns): string[] {
  const computed = columns.filter((one) => one.computed && !one.name.startsWith('log1p_') && !one.name.startsWith('pct_counts_in_top'));
  const names = [...suggested, ...computed.filter((one) => one.kind === 'labels').map((one) => one.name), ...computed.map((one) => one.name), ...columns.filter((one) => !one.computed).map((one) => one.name)];
  return [...new Set(names)].filter((name) => columns.some((one) => one.name === name)).slice(0, usualColumns);
}
