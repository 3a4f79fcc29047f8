/** What is to be tried for a loader: data, floor of diversity, sizes, and how long each setting is measured. */
import { Button, Checkbox, Group, MultiSelect, NumberInput, Select, SimpleGrid, Stack, TagsInput, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DesignWish } from '../../protocol/api.loading.ts';
import { host } from '../client/rpc.ts';
import { formatSeconds } from '../client/words.ts';

const lengths = [
  { value: 'predict', label: 'Predict only', warmSeconds: 0, seconds: 0 }, { value: 'quick', label: 'A quick look (3 s each)', warmSeconds: 1, seconds: 3 },
  { value: 'published', label: 'As published (30 s, then 120 s each)', warmSeconds: 30, seconds: 120 },
] as const;
const publishedSizes = ['1', '2', '4', '8', '16', '32', '64'];
const sizeNames = [...publishedSizes, '256'];

export interface DesignFormProps {
  readonly busy: boolean;
  onStart(wish: DesignWish): void;
}

export function DesignForm({ busy, onStart }: DesignFormProps) {
  const datasets = useQuery(host.datasets.list.queryOptions());
  const [chosen, setChosen] = useState<string[]>([]);
  const [floor, setFloor] = useState(99);
  const [batch, setBatch] = useState(64);
  const [workers, setWorkers] = useState<number | string>('');
  const [blocks, setBlocks] = useState<string[]>(['chunks', '4', '16', '64']);
  const [fetches, setFetches] = useState<string[]>(['16', '64', '256']);
  const [backend, setBackend] = useState<DesignWish['backend']>('auto');
  const [length, setLength] = useState<string>('quick');
  const [cold, setCold] = useState(false);
  const [epoch, setEpoch] = useState(false);
  const { warmSeconds, seconds } = lengths.find(({ value }) => value === length)!;
  const asBlock = (text: string): number | 'chunks' => (text === 'chunks' ? text : Number(text));
  const usable = (text: string): boolean => text === 'chunks' || (Number.isInteger(Number(text)) && Number(text) >= 1);
  const [goodBlocks, goodFetches] = [blocks.filter(usable).map(asBlock), fetches.filter((text) => text !== 'chunks' && usable(text)).map(Number)];
  const about = goodBlocks.length * goodFetches.length * (warmSeconds + seconds);
  const wish: DesignWish = {
    datasets: chosen.length === 0 ? null : chosen, blocks: goodBlocks, fetches: goodFetches, batch, workers: typeof workers === 'number' ? workers : null, backend, floor: floor / 100, seconds, warmSeconds, cold, epoch,
  };
  const names = (datasets.data ?? []).map(({ name }) => name);
  return (
    <form onSubmit={(event) => { event.preventDefault(); onStart(wish); }}>
      <Stack gap="sm">
        <MultiSelect label="Data sets" description={chosen.length === 0 ? `All ${names.length} registered` : undefined} placeholder={chosen.length === 0 ? 'All' : ''} data={names} value={chosen} onChange={setChosen} searchable selectFirstOptionOnChange clearable />
        <SimpleGrid cols={{ base: 1, sm: 2, md: 4 }}>
          <NumberInput label="Least diversity" description="of truly random minibatches" suffix=" %" min={0} max={100} value={floor} onChange={(value) => setFloor(Number(value) || 0)} />
          <NumberInput label="Minibatch" description="cells" min={1} max={65_536} value={batch} onChange={(value) => setBatch(Math.max(1, Number(value) || 1))} />
          <NumberInput label="Workers" description="empty: half the cores" min={0} max={256} value={workers} onChange={setWorkers} />
          <Select label="Read from" description="a pack is used where there is one" data={[{ value: 'auto', label: 'Packs or files' }, { value: 'file', label: 'Files only' }, { value: 'pack', label: 'Packs only' }, { value: 'memory', label: 'Memory' }]} value={backend} onChange={(value) => setBackend((value ?? 'auto') as DesignWish['backend'])} allowDeselect={false} />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TagsInput label="Block sizes" description="cells that stay together; chunks: those of a stored chunk" data={['chunks', ...sizeNames]} value={blocks} onChange={setBlocks} />
          <TagsInput label="Fetch sizes" description="minibatches read and mixed together" data={sizeNames} value={fetches} onChange={setFetches} />
        </SimpleGrid>
        <Group gap="xs"><Button size="compact-sm" variant="default" onClick={() => { setBlocks(publishedSizes); setFetches(publishedSizes); }}>The published grid, 1 to 64</Button></Group>
        <Group align="end">
          <Select label="Measure" data={lengths.map(({ value, label }) => ({ value, label }))} value={length} onChange={(value) => setLength(value ?? 'quick')} allowDeselect={false} w={300} />
          <Checkbox label="From the disk, not the page cache" checked={cold} onChange={(event) => setCold(event.currentTarget.checked)} disabled={seconds === 0} />
          <Checkbox label="Then read one whole epoch" checked={epoch} onChange={(event) => setEpoch(event.currentTarget.checked)} />
        </Group>
        <Group><Button type="submit" loading={busy} disabled={names.length === 0 || goodBlocks.length === 0 || goodFetches.length === 0}>Find settings</Button><Text size="sm" c="dimmed">{names.length === 0 ? 'Add data first.' : about > 0 ? `About ${formatSeconds(about)} for ${goodBlocks.length * goodFetches.length} settings.` : 'Nothing is measured.'}</Text></Group>
      </Stack>
    </form>
  );
}
