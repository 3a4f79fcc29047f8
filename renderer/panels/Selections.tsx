/** Named choices of cells: kept with the run, found again as the filters and lasso that made them. */
import { Button, Group, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, host, queryClient } from '../client/rpc.ts';
import { formatCount } from '../client/words.ts';
import { ErrorCard } from './ErrorCard.tsx';

export interface SelectionsProps {
  readonly run: string;
  /** The view as text, and how many cells it chooses; null when nothing is chosen. */
  readonly chosen: { readonly view: string; readonly cells: number } | null;
  onOpen(view: string): void;
}

export function Selections({ run, chosen, onOpen }: SelectionsProps) {
  const [name, setName] = useState('');
  const list = useQuery(host.selections.list.queryOptions({ input: { run } }));
  const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: host.selections.key() });
  const save = useMutation({
    mutationFn: (choice: NonNullable<SelectionsProps['chosen']>) => client.selections.save({ run, name: name.trim(), ...choice }),
    onSuccess: () => {
      setName('');
      return refresh();
    },
  });
  const remove = useMutation({ mutationFn: (which: string) => client.selections.remove({ run, name: which }), onSuccess: refresh });
  if (chosen === null && (list.data ?? []).length === 0) return null;
  return (
    <section aria-label="Named choices">
      <Text size="sm" fw={560} mt="md">Named choices</Text>
      {list.data?.map((one) => (
        <Group key={one.name} gap="xs" wrap="nowrap">
          <UnstyledButton className="grow clip" onClick={() => onOpen(one.view)}><u>{one.name}</u></UnstyledButton>
          <Text size="xs" c="dimmed">{formatCount(one.cells)} cells</Text>
          <Button size="compact-xs" variant="subtle" onClick={() => remove.mutate(one.name)} aria-label={`Forget the choice ${one.name}`}>forget</Button>
        </Group>
      ))}
      {chosen !== null && (
        <form onSubmit={(event) => { event.preventDefault(); if (name.trim() !== '') save.mutate(chosen); }}>
          <Group gap="xs" mt={4} wrap="nowrap" align="end">
            <TextInput className="grow" size="xs" label={`Name these ${formatCount(chosen.cells)} cells`} value={name} maxLength={120} onChange={(event) => setName(event.currentTarget.value)} />
            <Button type="submit" size="xs" variant="default" loading={save.isPending} disabled={name.trim() === ''}>Keep</Button>
          </Group>
        </form>
      )}
      {(save.error ?? remove.error ?? list.error) !== null && <ErrorCard error={save.error ?? remove.error ?? list.error} />}
    </section>
  );
}
