/** A map of the run as a figure for print, drawn by the host: written into the workspace's exports and offered for download. */
import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { downloadUrl } from '../client/figures.ts';
import { client } from '../client/rpc.ts';
import { ErrorCard } from './ErrorCard.tsx';
import { FigureFormats } from './FigureFormats.tsx';

export interface TakeMapProps {
  readonly run: string;
  readonly basis: string;
  readonly color: string;
}

export function TakeMap({ run, basis, color }: TakeMapProps) {
  const write = useMutation({ mutationFn: () => client.runs.export({ run, kind: 'figure', basis, colors: [color] }) });
  return (
    <>
      <span className="row">
        <Button size="compact-xs" variant="default" loading={write.isPending} aria-label={`Figure of ${basis} by ${color}`} onClick={() => write.mutate()}>Figure</Button>
        {write.data && <><Text size="xs" aria-live="polite"><a href={downloadUrl(write.data)} download={write.data.name}>{write.data.name}</a></Text><FigureFormats file={write.data} /></>}
      </span>
      {write.error && <ErrorCard error={write.error} />}
    </>
  );
}
