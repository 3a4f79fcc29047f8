/** Cells of a question as a file: where, how, what that takes, and whether it fits. */
import { Button, Checkbox, Collapse, Group, Modal, NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ExtractWish } from '../../protocol/api.extract.ts';
import { queryWords, type Query } from '../../protocol/query.ts';
import { client, host, queryClient } from '../client/rpc.ts';
import { formatCount } from '../client/words.ts';
import { ErrorCard } from './ErrorCard.tsx';
import { FolderList } from './FolderList.tsx';
import { PreflightLines } from './PreflightTable.tsx';
import { fileNameOf } from './query-form.ts';

export interface ExtractDialogProps {
  readonly query: Query;
  onClose(): void;
}

/** Made anew for each question. */
export function ExtractDialog({ query, onClose }: ExtractDialogProps) {
  const [wish, setWish] = useState<ExtractWish>({ query, format: 'h5ad', folder: null, name: fileNameOf(query), memoryBytes: null, override: false, register: false });
  const [walking, setWalking] = useState(false);
  const change = (part: Partial<ExtractWish>): void => setWish({ ...wish, ...part });
  const [asked] = useDebouncedValue(wish, 300);
  const named = wish.name.trim() !== '' && !/^\.|[/\\]/.test(wish.name);
  const plan = useQuery({ ...host.extract.plan.queryOptions({ input: asked }), enabled: named, placeholderData: keepPreviousData, staleTime: 0 });
  const start = useMutation({
    mutationFn: () => client.extract.start(wish),
    async onSuccess() {
      await queryClient.invalidateQueries({ queryKey: host.extract.key() });
      onClose();
    },
  });
  const { data } = plan;
  const settled = asked === wish && !plan.isFetching;
  return (
    <Modal opened onClose={onClose} title={<strong>Extract {data ? `${formatCount(data.cells)} cells` : 'cells'}</strong>} size="xl" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={(event) => { event.preventDefault(); start.mutate(); }}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">{queryWords(query)}: counts, obs, var and provenance.</Text>
          <Group gap="sm"><Text size="sm" fw={560}>Format</Text><SegmentedControl size="xs" aria-label="Format" value={wish.format} data={[{ value: 'h5ad', label: 'h5ad' }, { value: 'zarr', label: 'Zarr' }]} onChange={(value) => change({ format: value === 'zarr' ? 'zarr' : 'h5ad' })} /></Group>
          <Group align="end" grow preventGrowOverflow={false}>
            <TextInput label="Name of the file" value={wish.name} error={named ? undefined : 'a name without slashes that does not begin with a dot'} onChange={(event) => change({ name: event.currentTarget.value })} data-autofocus />
            <NumberInput label="Memory (GiB)" placeholder="half of the machine" min={0.01} step={1} decimalScale={2} value={wish.memoryBytes === null ? '' : wish.memoryBytes / 2 ** 30} onChange={(value) => change({ memoryBytes: value === '' || Number(value) <= 0 ? null : Math.round(Number(value) * 2 ** 30) })} />
          </Group>
          <div>
            <Group gap="xs"><Text size="sm" className="path grow">{data ? `Written to ${data.target}` : 'Written to the exports of the workspace'}</Text><Button size="compact-xs" variant="default" aria-expanded={walking} onClick={() => setWalking(!walking)}>Choose a folder</Button></Group>
            <Collapse expanded={walking}><div className="picker"><FolderList folder={wish.folder} onGo={(folder) => change({ folder })} height={160} empty="No folders in here: the file is written here." /></div></Collapse>
          </div>
          {plan.error && <ErrorCard error={plan.error} />}
          {data && <PreflightLines lines={data.lines} />}
          {data?.notes.map((note) => <Text key={note} size="sm" c="dimmed">{note}</Text>)}
          {data?.refusal && <ErrorCard error={data.refusal} />}
          {(data?.overridable || wish.override) && <Checkbox label="Extract all the same" description="The plan is an estimate; an extraction that finds no room ends cleanly and can be gone on with." checked={wish.override} onChange={(event) => change({ override: event.currentTarget.checked })} />}
          <Checkbox label="Register it as a data set when it is written" checked={wish.register} onChange={(event) => change({ register: event.currentTarget.checked })}
            description="Questions and runs over all data sets then count these cells twice: choose data sets by name." />
          {start.error && <ErrorCard error={start.error} />}
          <Group justify="end"><Button variant="default" onClick={onClose}>Cancel</Button><Button type="submit" loading={start.isPending} disabled={!named || !settled || !data || data.refusal !== null}>Extract</Button></Group>
        </Stack>
      </form>
    </Modal>
  );
}
