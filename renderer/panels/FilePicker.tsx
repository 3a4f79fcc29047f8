/** Choosing data files where the host runs: folders to walk through, data to tick, or a path to type. */
import { Anchor, Breadcrumbs, Button, Checkbox, Group, Loader, ScrollArea, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { host } from '../client/rpc.ts';
import { formatBytes } from '../client/words.ts';
import { ErrorCard } from './ErrorCard.tsx';

export interface FilePickerProps {
  onChoose(paths: readonly string[]): void;
  readonly busy: boolean;
}

export function FilePicker({ onChoose, busy }: FilePickerProps) {
  const [folder, setFolder] = useState<string | null>(null);
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState('');
  const listing = useQuery(host.files.list.queryOptions({ input: { path: folder } }));
  const { data } = listing;
  const wanted = typed.trim() === '' ? ticked : [typed.trim()];
  return (
    <div className="picker">
      {data && (
        <Breadcrumbs mb="xs">
          {data.roots.map((root) => <Anchor key={root} component="button" size="sm" onClick={() => setFolder(root)}>{root.split('/').at(-1) || root}</Anchor>)}
        </Breadcrumbs>
      )}
      {data && <Text size="xs" c="dimmed" mb={4} className="path">{data.path}</Text>}
      {listing.error && <ErrorCard error={listing.error} />}
      <ScrollArea h={260} className="picker-list" type="auto">
        {listing.isPending && <Loader size="sm" m="md" />}
        {data?.parent && <UnstyledButton className="picker-row" onClick={() => setFolder(data.parent)}>↑ up</UnstyledButton>}
        {data?.entries.map((entry) =>
          entry.kind === 'folder' ? (
            <UnstyledButton key={entry.path} className="picker-row" onClick={() => setFolder(entry.path)}>▸ {entry.name}</UnstyledButton>
          ) : (
            <label key={entry.path} className="picker-row">
              <Checkbox
                size="xs" checked={ticked.includes(entry.path)} aria-label={entry.name}
                onChange={(event) => setTicked(event.currentTarget.checked ? [...ticked, entry.path] : ticked.filter((path) => path !== entry.path))}
              />
              <span className="grow">{entry.name}</span>
              <Text size="xs" c="dimmed">{entry.bytes === null ? '10x folder' : formatBytes(entry.bytes)}</Text>
            </label>
          ),
        )}
        {data && data.entries.length === 0 && <Text size="sm" c="dimmed" p="md">No folders and no data files (.h5ad, .h5, 10x folders) here.</Text>}
      </ScrollArea>
      <Group align="end" mt="sm">
        <TextInput className="grow" label="Or type a path" placeholder="/data/plates/plate3.h5ad" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        <Button onClick={() => onChoose(wanted)} disabled={wanted.length === 0} loading={busy}>{wanted.length > 1 ? `Add ${wanted.length} files` : 'Add'}</Button>
      </Group>
    </div>
  );
}
