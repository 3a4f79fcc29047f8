/** The run as a notebook: the same steps in Python, written into the workspace's exports and offered for download. */
import { Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { downloadUrl } from '../client/figures.ts';
import { client, host, queryClient } from '../client/rpc.ts';
import { ErrorCard } from './ErrorCard.tsx';

export function TakeNotebook({ run }: { readonly run: string }) {
  const write = useMutation({
    mutationFn: () => client.runs.export({ run, kind: 'notebook' }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: host.runs.exports.key({ input: { run } }) }),
  });
  return (
    <section aria-label="Notebook">
      <Group gap="sm">
        <Button variant="default" size="xs" loading={write.isPending} onClick={() => write.mutate()}>Write notebook</Button>
        {write.data ? <Text size="sm" aria-live="polite"><a href={downloadUrl(write.data)} download={write.data.name}>{write.data.name}</a>, in the workspace&apos;s exports</Text> : <Text size="sm" c="dimmed">The same steps in Python, as cells that run.</Text>}
      </Group>
      {write.error && <ErrorCard error={write.error} />}
    </section>
  );
}
