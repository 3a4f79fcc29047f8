/** Folders where the host runs, to walk through below the allowed roots. */
import { Anchor, Breadcrumbs, Loader, ScrollArea, Text, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { FolderListing } from '../../protocol/api.types.ts';
import { host } from '../client/rpc.ts';
import { ErrorCard } from './ErrorCard.tsx';

export interface FolderListProps {
  /** Null: the first root. */
  readonly folder: string | null;
  onGo(folder: string): void;
  readonly height: number;
  /** Said where nothing is to be shown. */
  readonly empty: string;
  /** A row for a data file; without it only folders are shown. */
  data?(entry: FolderListing['entries'][number]): ReactNode;
}

export function FolderList({ folder, onGo, height, empty, data: rowOf }: FolderListProps) {
  const listing = useQuery(host.files.list.queryOptions({ input: { path: folder } }));
  const { data } = listing;
  const entries = data?.entries.filter(({ kind }) => rowOf !== undefined || kind === 'folder') ?? [];
  return (
    <>
      {data && (
        <Breadcrumbs mb="xs">
          {data.roots.map((root) => <Anchor key={root} component="button" type="button" size="sm" onClick={() => onGo(root)}>{root.split('/').at(-1) || root}</Anchor>)}
        </Breadcrumbs>
      )}
      {data && <Text size="xs" c="dimmed" mb={4} className="path">{data.path}</Text>}
      {listing.error && <ErrorCard error={listing.error} />}
      <ScrollArea h={height} className="picker-list" type="auto">
        {listing.isPending && <Loader size="sm" m="md" />}
        {data?.parent && <UnstyledButton type="button" className="picker-row" onClick={() => onGo(data.parent!)}>↑ up</UnstyledButton>}
        {entries.map((entry) => entry.kind === 'folder' ? <UnstyledButton type="button" key={entry.path} className="picker-row" onClick={() => onGo(entry.path)}>▸ {entry.name}</UnstyledButton> : rowOf?.(entry))}
        {data && entries.length === 0 && <Text size="sm" c="dimmed" p="md">{empty}</Text>}
      </ScrollArea>
    </>
  );
}
