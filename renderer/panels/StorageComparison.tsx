/** Formats of storage compared on one's own disk, with a sample of one's own cells. */
import { Button, Checkbox, Collapse, Group, NumberInput, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { StorageWish } from '../../protocol/api.loading.ts';
import type { RateSpread, StorageAnswer } from '../../protocol/storage.ts';
import { host, queryClient } from '../client/rpc.ts';
import { formatBytes, formatCount, formatMoment, formatSeconds } from '../client/words.ts';
import { ErrorCard } from './ErrorCard.tsx';
import { FolderList } from './FolderList.tsx';
import { MeasurementProgress } from './MeasurementProgress.tsx';

export function StorageComparison() {
  const state = useQuery({ ...host.loading.storage.state.queryOptions(), staleTime: 0, refetchInterval: ({ state: query }) => (query.data?.state === 'going' ? 500 : false) });
  const again = (): void => void queryClient.invalidateQueries({ queryKey: host.loading.storage.key() });
  const start = useMutation({ ...host.loading.storage.start.mutationOptions(), onSuccess: again });
  const stop = useMutation({ ...host.loading.storage.stop.mutationOptions(), onSettled: again });
  const { data } = state;
  return (
    <section aria-label="Formats of storage">
      <Title order={2} mb={4}>Formats of storage</Title>
      <Text size="sm" c="dimmed" mb="sm">A sample of the registered cells is copied into HDF5, Zarr, Parquet, SCDL and a pack, and read back by the same loader on one thread: in ascending order, as for inference, and single cells at random, as for training. The copies are deleted in the end.</Text>
      <Form busy={data?.state === 'going' || start.isPending} onStart={(wish) => start.mutate(wish)} />
      {(start.error ?? state.error) && <ErrorCard error={start.error ?? state.error} />}
      {data?.state === 'going' && <MeasurementProgress of={data} label="Comparison of formats" onStop={() => stop.mutate(undefined)} />}
      {data?.state === 'stopped' && <Text role="status" mt="sm">Stopped before the end; no copies are left.</Text>}
      {data?.error && <ErrorCard error={data.error} />}
      {data?.answer && <div aria-live="polite"><Answer answer={data.answer} at={data.startedAt} /></div>}
    </section>
  );
}

function Form({ busy, onStart }: { readonly busy: boolean; onStart(wish: StorageWish): void }) {
  const datasets = useQuery(host.datasets.list.queryOptions()).data ?? [];
  const [cells, setCells] = useState(5000);
  const [epochs, setEpochs] = useState(5);
  const [cold, setCold] = useState(false);
  const [folder, setFolder] = useState<string | null>(null);
  const [walking, setWalking] = useState(false);
  return (
    <form onSubmit={(event) => { event.preventDefault(); onStart({ datasets: null, cells, epochs, cold, folder }); }}>
      <Group align="end">
        <NumberInput label="Cells of the sample" min={1} max={1_000_000} step={1000} thousandSeparator="," value={cells} onChange={(value) => setCells(Math.max(1, Number(value) || 1))} w={160} />
        <NumberInput label="Epochs of each" min={5} max={1000} value={epochs} onChange={(value) => setEpochs(Math.max(5, Number(value) || 5))} w={130} />
        <TextInput className="grow" label="On the disk of" readOnly value={folder ?? 'this workspace'} />
        <Button variant="default" aria-expanded={walking} onClick={() => setWalking(!walking)}>Choose a folder</Button>
      </Group>
      <Collapse expanded={walking}><div className="picker"><FolderList folder={folder} onGo={setFolder} height={160} empty="No folders in here: the copies lie here while it goes on." /></div></Collapse>
      <Group mt="sm"><Button type="submit" loading={busy} disabled={datasets.length === 0}>Compare</Button><Checkbox label="From the disk, not the page cache" checked={cold} onChange={(event) => setCold(event.currentTarget.checked)} />{datasets.length === 0 && <Text size="sm" c="dimmed">Add data first.</Text>}</Group>
    </form>
  );
}

function Answer({ answer, at }: { readonly answer: StorageAnswer; readonly at: string }) {
  const usual = answer.formats.find(({ format }) => format === 'HDF5, gzip')!;
  return (
    <>
      <Text size="sm" c="dimmed" mt="sm">{formatMoment(at)}: {formatCount(answer.cells)} cells × {formatCount(answer.genes)} genes, {formatCount(answer.entries_per_cell)} values each, on the disk of {answer.folder}, {answer.cache === 'cold' ? 'the page cache emptied before each epoch' : 'the page cache left as it was'}. Medians of {usual.sequential.n} epochs; in brackets the middle half; vs gzip is against HDF5 with gzip, as h5ad files mostly have it.</Text>
      <Table.ScrollContainer minWidth="max-content" scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': 'Formats compared' } }}>
        <Table fz="sm" verticalSpacing={3} className="one-line" aria-label="Formats of storage compared">
          <Table.Thead><Table.Tr><Table.Th>Format</Table.Th><Table.Th ta="right">On disk</Table.Th><Table.Th ta="right">A cell</Table.Th><Table.Th ta="right">vs gzip</Table.Th><Table.Th ta="right">Written in</Table.Th><Table.Th ta="right">Ascending, cells/s</Table.Th><Table.Th ta="right">vs gzip</Table.Th><Table.Th ta="right">Random cells, cells/s</Table.Th><Table.Th ta="right">vs gzip</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {answer.formats.map((one) => (
              <Table.Tr key={one.format}>
                <Table.Td>{one.format}</Table.Td><Table.Td ta="right">{formatBytes(one.bytes)}</Table.Td><Table.Td ta="right">{formatBytes(Math.round(one.bytes_per_cell))}</Table.Td><Table.Td ta="right">{times(one.bytes, usual.bytes)}</Table.Td><Table.Td ta="right">{formatSeconds(one.write_seconds)}</Table.Td>
                <Table.Td ta="right"><Rates of={one.sequential} /></Table.Td><Table.Td ta="right">{times(one.sequential.median, usual.sequential.median)}</Table.Td><Table.Td ta="right"><Rates of={one.random} /></Table.Td><Table.Td ta="right">{times(one.random.median, usual.random.median)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {answer.words.map((line) => <Text key={line} size="sm">{line}</Text>)}
    </>
  );
}

const Rates = ({ of: { median, q25, q75 } }: { readonly of: RateSpread }) => <>{formatCount(median)} <Text span c="dimmed" size="sm">[{formatCount(q25)}–{formatCount(q75)}]</Text></>;

const times = (value: number, usual: number): string => `${value / usual >= 10 ? (value / usual).toFixed(0) : (value / usual).toFixed(2)}×`;
