/** Bringing data in: files where the host runs, or demo plates to try things out. */
import { Alert, Button, Collapse, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, host, queryClient } from '../client/rpc.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { FilePicker } from '../panels/FilePicker.tsx';

export function AddData({ empty }: { readonly empty: boolean }) {
  const [open, setOpen] = useState(false);
  const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: host.datasets.key() });
  const demo = useMutation({ mutationFn: () => client.datasets.demo(), onSuccess: refresh });
  const add = useMutation({
    mutationFn: async (paths: readonly string[]) => {
      const added = [];
      for (const path of paths) added.push(await client.datasets.add({ path }));
      return added;
    },
    onSettled: refresh,
  });
  return (
    <div className="add-data">
      {empty && <Text my="sm">There are no data in this workspace yet. Add your own files - they stay where they are and are never changed - or make demo plates: 12,000 generated cells with the layout of the Tahoe atlas.</Text>}
      <Group my="sm">
        <Button variant={empty ? 'filled' : 'default'} onClick={() => setOpen(!open)} aria-expanded={open}>Add files</Button>
        {empty && <Button variant="default" onClick={() => demo.mutate()} loading={demo.isPending}>Make demo plates</Button>}
      </Group>
      {demo.error && <ErrorCard error={demo.error} />}
      {add.error && <ErrorCard error={add.error} />}
      {add.data?.filter((one) => one.twin !== null).map((one) => <Alert key={one.summary.name} color="orange" my="xs">{one.summary.name} holds the same cells as {one.twin}: a run with both will be refused.</Alert>)}
      <Collapse expanded={open}><FilePicker busy={add.isPending} onChoose={(paths) => add.mutate(paths)} /></Collapse>
    </div>
  );
}
