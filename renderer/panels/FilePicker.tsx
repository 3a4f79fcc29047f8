/** Choosing data files where the host runs: folders to walk through, data to tick, or a path to type. */
import { Button, Checkbox, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { formatBytes } from '../client/words.ts';
import { FolderList } from './FolderList.tsx';

export interface FilePickerProps {
  onChoose(paths: readonly string[]): void;
  readonly busy: boolean;
}

export function FilePicker({ onChoose, busy }: FilePickerProps) {
  const [folder, setFolder] = useState<string | null>(null);
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState('');
  const wanted = typed.trim() === '' ? ticked : [typed.trim()];
  return (
    <div className="picker">
      <FolderList
        folder={folder} onGo={setFolder} height={260} empty="No folders and no data (.h5ad, .h5, Zarr stores, 10x folders) here."
        data={(entry) => (
          <label key={entry.path} className="picker-row">
            <Checkbox
              size="xs" checked={ticked.includes(entry.path)} aria-label={entry.name}
              onChange={(event) => setTicked(event.currentTarget.checked ? [...ticked, entry.path] : ticked.filter((path) => path !== entry.path))}
            />
            <span className="grow">{entry.name}</span>
            <Text size="xs" c="dimmed">{entry.bytes === null ? (/\.zarr$/i.test(entry.name) ? 'Zarr store' : 'data folder') : formatBytes(entry.bytes)}</Text>
          </label>
        )}
      />
      <Group align="end" mt="sm">
        <TextInput className="grow" label="Or type a path" placeholder="/data/plates/plate3.h5ad" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        <Button onClick={() => onChoose(wanted)} disabled={wanted.length === 0} loading={busy}>{wanted.length > 1 ? `Add ${wanted.length} files` : 'Add'}</Button>
      </Group>
    </div>
  );
}
