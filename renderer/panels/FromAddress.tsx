/** A file behind an address: downloaded, or read from afar without downloading it. */
import { Button, Group, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, host, queryClient } from '../client/rpc.ts';
import { ErrorCard } from './ErrorCard.tsx';

export function FromAddress() {
  const [url, setUrl] = useState('');
  const [sha256, setSha256] = useState('');
  const sound = /^https?:\/\/\S+\/\S+$/i.test(url.trim());
  const fetch = useMutation({
    mutationFn: () => client.downloads.start({ from: { kind: 'address', url: url.trim(), sha256: sha256.trim() || null }, folder: null }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: host.downloads.key() }),
  });
  const add = useMutation({
    mutationFn: () => client.datasets.add({ path: url.trim() }),
    onSuccess: () => Promise.all([queryClient.invalidateQueries({ queryKey: host.datasets.key() }), queryClient.invalidateQueries({ queryKey: host.remote.key() })]),
  });
  return (
    <section aria-label="From an address">
      <Title order={2} mb="xs">From an address</Title>
      <Group align="end">
        <TextInput className="grow" label="Address" placeholder="https://example.org/plate3.h5ad" value={url} onChange={(event) => setUrl(event.currentTarget.value)} />
        <TextInput label="SHA-256 (if you know it)" value={sha256} onChange={(event) => setSha256(event.currentTarget.value)} />
        <Button variant="default" disabled={!sound} loading={fetch.isPending} onClick={() => fetch.mutate()}>Download</Button>
        <Button variant="default" disabled={!sound} loading={add.isPending} onClick={() => add.mutate()}>Read from afar</Button>
      </Group>
      <Text size="sm" c="dimmed" mt={4}>Reading from afar fetches what is needed as it is needed, and keeps it up to a limit: good for a look or a few cells. What is read more than once is better downloaded.</Text>
      {[fetch.error, add.error].map((error, i) => error && <ErrorCard key={i} error={error} />)}
      {add.data && <Text size="sm" role="status">Registered as {add.data.summary.name}.</Text>}
    </section>
  );
}
