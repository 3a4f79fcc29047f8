/** The workspace: what is in it and what it takes on disk, what can go, and the way to another one. */
import { Button, Checkbox, Group, Stack, Table, Text, TextInput, Title, UnstyledButton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { WorkspaceFacts } from '../../protocol/api.types.ts';
import { client, host, queryClient } from '../client/rpc.ts';
import { formatBytes, formatCount, formatMoment } from '../client/words.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';

export function WorkspacePage() {
  const facts = useQuery(host.workspace.facts.queryOptions());
  return (
    <Stack gap="xl" maw={900}>
      <Title order={1}>Workspace</Title>
      {facts.error && <ErrorCard error={facts.error} />}
      {facts.data && <Contents facts={facts.data} />}
      {facts.data && <CleanUp facts={facts.data} />}
      <Others root={facts.data?.root ?? null} />
    </Stack>
  );
}

function Contents({ facts }: { readonly facts: WorkspaceFacts }) {
  return (
    <section>
      <Text className="path" mb="sm">{facts.root}</Text>
      <dl className="pairs">
        <dt>Data sets</dt><dd>{formatCount(facts.datasets)} (the files stay where they are)</dd>
        <dt>Runs</dt><dd>{formatCount(facts.runs)}</dd>
        <dt>Results</dt><dd>{formatBytes(facts.resultBytes)}</dd>
        <dt>Figures, notebooks, exports</dt><dd>{formatBytes(facts.exportBytes)}</dd>
        <dt>Derived copies</dt><dd>{formatBytes(facts.cacheBytes)}, made again when needed</dd>
        <dt>Free on this disk</dt><dd>{formatBytes(facts.freeBytes)}</dd>
      </dl>
      <Text size="sm" c="dimmed" mt="sm">The folder can be moved or copied as a whole: nothing in it names its own place.</Text>
    </section>
  );
}

/** What would go is shown before anything does. */
function CleanUp({ facts }: { readonly facts: WorkspaceFacts }) {
  const [open, setOpen] = useState(false);
  const preview = useQuery({ ...host.workspace.cleanable.queryOptions(), enabled: open, staleTime: 0 });
  const clean = useMutation({
    mutationFn: () => client.workspace.clean(),
    onSuccess: () => {
      setOpen(false);
      return queryClient.invalidateQueries();
    },
  });
  return (
    <section>
      <Title order={2} mb="xs">Clean-up</Title>
      <Text size="sm">{facts.cleanableBytes === 0 ? 'Nothing can go: every result belongs to a run.' : `${formatBytes(facts.cleanableBytes)} can go: ${facts.cleanable === 0 ? 'derived copies' : `${facts.cleanable} result${facts.cleanable === 1 ? '' : 's'} that no finished run uses, and derived copies`}.`}</Text>
      {!open && <Button mt="xs" size="xs" variant="default" disabled={facts.cleanableBytes === 0} onClick={() => setOpen(true)}>Show what would go</Button>}
      {open && preview.error && <ErrorCard error={preview.error} />}
      {open && preview.data && (
        <>
          <Table fz="sm" verticalSpacing={2} mt="xs" maw={620}>
            <Table.Thead><Table.Tr><Table.Th>What</Table.Th><Table.Th>Made</Table.Th><Table.Th ta="right">Size</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{preview.data.map((one) => <Table.Tr key={one.name}><Table.Td className="path">{one.name}</Table.Td><Table.Td>{one.createdAt === null ? '' : formatMoment(one.createdAt)}</Table.Td><Table.Td ta="right">{formatBytes(one.bytes)}</Table.Td></Table.Tr>)}</Table.Tbody>
          </Table>
          <Group mt="sm" gap="xs">
            <Button size="xs" color="red" loading={clean.isPending} onClick={() => clean.mutate()}>Delete these</Button>
            <Button size="xs" variant="default" onClick={() => setOpen(false)}>Keep everything</Button>
          </Group>
        </>
      )}
      {clean.error && <ErrorCard error={clean.error} />}
      {clean.data && <Text size="sm" role="status" mt="xs">{formatBytes(clean.data.bytes)} freed.</Text>}
    </section>
  );
}

function Others({ root }: { readonly root: string | null }) {
  const navigate = useNavigate();
  const recent = useQuery({ ...host.workspace.recent.queryOptions(), staleTime: 0 });
  const [path, setPath] = useState('');
  const [create, setCreate] = useState(false);
  const open = useMutation({
    mutationFn: (wanted: { path: string; create: boolean }) => client.workspace.open(wanted),
    async onSuccess() {
      await navigate({ to: '/' });
      // Everything a page knows is of the workspace that was left.
      await queryClient.resetQueries();
    },
  });
  const others = (recent.data ?? []).filter((one) => one.path !== root);
  return (
    <section>
      <Title order={2} mb="xs">Another workspace</Title>
      {others.length > 0 && (
        <ul className="picker-list" style={{ listStyle: 'none', padding: 4, margin: '0 0 12px' }} aria-label="Opened lately">
          {others.map((one) => <li key={one.path}><UnstyledButton className="picker-row" onClick={() => open.mutate({ path: one.path, create: false })}><span className="grow path">{one.path}</span><Text span size="xs" c="dimmed">{formatMoment(one.openedAt)}</Text></UnstyledButton></li>)}
        </ul>
      )}
      <form onSubmit={(event) => { event.preventDefault(); if (path.trim() !== '') open.mutate({ path: path.trim(), create }); }}>
        <Group align="end">
          <TextInput className="grow" label="Folder" description="Where the workbench runs" placeholder="/data/my-workspace" value={path} onChange={(event) => setPath(event.currentTarget.value)} />
          <Button type="submit" variant="default" loading={open.isPending} disabled={path.trim() === ''}>{create ? 'Create' : 'Open'}</Button>
        </Group>
        <Checkbox mt="xs" size="sm" label="Make a new workspace there" checked={create} onChange={(event) => setCreate(event.currentTarget.checked)} />
      </form>
      {open.error && <ErrorCard error={open.error} />}
    </section>
  );
}
