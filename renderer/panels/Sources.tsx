/** Published sources of data: what each holds at this moment, and fetching of it what one chooses. */
import { Badge, Button, Group, PasswordInput, Table, Text, TextInput, Title, UnstyledButton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SourceSummary } from '../../protocol/api.data.ts';
import { client, host, queryClient } from '../client/rpc.ts';
import { formatBytes, formatCount } from '../client/words.ts';
import { ErrorCard } from './ErrorCard.tsx';

const shown = 30;

export function Sources() {
  const { data, error } = useQuery(host.sources.list.queryOptions());
  const [open, setOpen] = useState<string | null>(null);
  return (
    <section aria-label="Published sources">
      <Title order={2} mb="xs">Published sources</Title>
      {error && <ErrorCard error={error} />}
      {data?.map((source) => (
        <div key={source.name} className="card" style={{ marginBottom: 8 }}>
          <UnstyledButton aria-expanded={open === source.name} onClick={() => setOpen(open === source.name ? null : source.name)}>
            <span className="row"><u>{source.title}</u>{source.legacy && <Badge color="gray" variant="light" radius="sm">legacy</Badge>}{source.pays && <Badge color="orange" variant="light" radius="sm">you pay the transfer</Badge>}</span>
          </UnstyledButton>
          {open === source.name && <Source source={source} />}
        </div>
      ))}
    </section>
  );
}

function Source({ source }: { readonly source: SourceSummary }) {
  const [token, setToken] = useState('');
  const [project, setProject] = useState('');
  const [match, setMatch] = useState('');
  const wish = { source: source.name, project: project.trim() || null, match: match.trim() || null };
  const keep = useMutation({
    mutationFn: () => client.sources.token({ source: source.name, token }),
    onSuccess: () => {
      setToken('');
      return queryClient.invalidateQueries({ queryKey: host.sources.key() });
    },
  });
  const list = useMutation({ mutationFn: () => client.sources.files(wish) });
  const fetch = useMutation({
    mutationFn: () => client.downloads.start({ from: { kind: 'source', ...wish }, folder: null }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: host.downloads.key() }),
  });
  return (
    <>
      {source.pays && (
        <Group align="end" mt="sm">
          <PasswordInput className="grow" label={source.hasToken ? 'Access token (one is kept)' : 'Access token'} description="Kept in the keychain or in a file that only you may read; never in this workspace" value={token} onChange={(event) => setToken(event.currentTarget.value)} autoComplete="off" />
          <Button variant="default" disabled={token.trim() === ''} loading={keep.isPending} onClick={() => keep.mutate()}>Keep token</Button>
          <TextInput label="Billing project" value={project} onChange={(event) => setProject(event.currentTarget.value)} />
        </Group>
      )}
      <Group align="end" mt="sm">
        <TextInput className="grow" label="Files" description="All, or a pattern: * within a folder, ** across folders" placeholder="h5ad/plate3*" value={match} onChange={(event) => setMatch(event.currentTarget.value)} />
        <Button variant="default" loading={list.isPending} onClick={() => list.mutate()}>List</Button>
        <Button loading={fetch.isPending} disabled={!list.data || list.data.files.length === 0} onClick={() => fetch.mutate()}>{list.data ? `Fetch ${formatBytes(list.data.bytes)}` : 'Fetch'}</Button>
      </Group>
      {[keep.error, list.error, fetch.error].map((error, i) => error && <ErrorCard key={i} error={error} />)}
      {list.data && (
        <>
          <Text size="sm" mt="sm" role="status">{formatCount(list.data.files.length)} files, {formatBytes(list.data.bytes)}</Text>
          <Table fz="sm" verticalSpacing={2}>
            <Table.Thead><Table.Tr><Table.Th>File</Table.Th><Table.Th>Size</Table.Th><Table.Th>Verified by</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{list.data.files.slice(0, shown).map((file) => <Table.Tr key={file.name}><Table.Td className="path">{file.name}</Table.Td><Table.Td>{formatBytes(file.size)}</Table.Td><Table.Td>{file.digest ?? 'its size'}</Table.Td></Table.Tr>)}</Table.Tbody>
          </Table>
          {list.data.files.length > shown && <Text size="sm" c="dimmed">and {formatCount(list.data.files.length - shown)} more</Text>}
        </>
      )}
    </>
  );
}
