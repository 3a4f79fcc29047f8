/** One run: live while it works, and afterwards everything it left, with the ways to take it along. */
import { Button, Code, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ExportRequest } from '../../protocol/api.ts';
import type { ExportedFile, RunDetail } from '../../protocol/api.types.ts';
import type { JobEvent } from '../../protocol/events.ts';
import { TruckeeError } from '../../protocol/errors.ts';
import { downloadUrl } from '../client/figures.ts';
import { client, host, queryClient } from '../client/rpc.ts';
import { bridge } from '../client/window.ts';
import { formatBytes, formatCount, formatMoment, formatSeconds } from '../client/words.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { FigureFormats } from '../panels/FigureFormats.tsx';
import { Origin } from '../panels/Origin.tsx';
import { RunPlaces } from '../panels/RunPlaces.tsx';
import { RunProgress } from '../panels/RunProgress.tsx';
import { StateBadge } from './RunList.tsx';

export function RunPage({ run }: { readonly run: string }) {
  const detail = useQuery(host.runs.detail.queryOptions({ input: { run } }));
  if (detail.error) return <ErrorCard error={detail.error} />;
  if (!detail.data) return null;
  const { summary } = detail.data;
  return (
    <Stack gap="lg" maw={900}>
      {summary.state === 'done' && <RunPlaces run={run} at="Run" />}
      <div>
        <Group gap="sm"><Title order={1}>{summary.title || summary.name}</Title><StateBadge state={summary.state} />{summary.cells > 0 && <Origin demo={summary.demo} />}</Group>
        <Text c="dimmed" size="sm">{run.slice(0, 8)} · {formatMoment(summary.queuedAt)}{summary.cells > 0 && ` · ${formatCount(summary.cells)} cells in ${detail.data.plates.length} data set${detail.data.plates.length === 1 ? '' : 's'}`}{summary.seconds !== null && ` · ${formatSeconds(summary.seconds)}, at most ${formatBytes(summary.peakBytes ?? 0)} of memory`}</Text>
      </div>
      {detail.data.overridden !== null && <Text size="sm" role="note">Run in spite of preflight: {detail.data.overridden}</Text>}
      <Ending detail={detail.data} />
      <section className="card"><RunProgress detail={detail.data} /></section>
      {summary.state === 'done' && <TakeAlong run={run} />}
      <Log detail={detail.data} />
    </Stack>
  );
}

/** How it ended and what to do next; while it works, how to stop it. */
function Ending({ detail }: { readonly detail: RunDetail }) {
  const navigate = useNavigate();
  const { run, state, error, name } = detail.summary;
  const cancel = useMutation({ mutationFn: () => client.runs.cancel({ run }) });
  const resume = useMutation({ mutationFn: () => client.runs.resume({ run }), onSuccess: (next) => void navigate({ to: '/runs/$run', params: { run: next.run } }) });
  const gone = [...detail.lastEvents].reverse().find(({ event }) => event.kind === 'gone')?.event;
  if (state === 'running' || state === 'queued') {
    return (
      <Group>
        <Button variant="default" color="red" onClick={() => cancel.mutate()} loading={cancel.isPending}>{state === 'queued' ? 'Take out of the queue' : 'Stop'}</Button>
        {detail.summary.steps.includes('integrate') && <Button component={Link} to={`/integration/${run}`} variant="default">Watch the integration</Button>}
        <Text size="sm" c="dimmed">{state === 'queued' ? 'Waits for the run before it.' : 'Finished steps are kept; the same run goes on later from where it stopped.'}</Text>
        {cancel.error && <ErrorCard error={cancel.error} />}
      </Group>
    );
  }
  return (
    <div>
      {error && <ErrorCard error={new TruckeeError(error)} />}
      {state === 'gone' && <Text role="alert">The engine ended before the run did{gone?.kind === 'gone' && gone.reason === 'oom' ? ': it was killed, most likely for want of memory' : ''}. Nothing finished is lost.</Text>}
      {resume.error && <ErrorCard error={resume.error} />}
      <Group mt="xs">
        {state === 'done' && detail.summary.steps.includes('de') && <Button component={Link} to={`/de/${run}`}>Drug effects</Button>}
        {state === 'done' && detail.summary.steps.includes('integrate') && <Button component={Link} to={`/integration/${run}`} variant="default">Integration</Button>}
        {state === 'done' && <Button component={Link} to={`/explore/${run}`} variant={detail.summary.steps.includes('pca') ? 'filled' : 'default'}>Explore</Button>}
        {state !== 'done' && <Button onClick={() => resume.mutate()} loading={resume.isPending}>Go on</Button>}
        <Button variant="default" component={Link} to={`/guide/${name}?from=${run}`}>Change something and run again</Button>
      </Group>
    </div>
  );
}

interface Kind {
  readonly kind: ExportRequest['kind'];
  readonly gpu?: true;
  readonly label: string;
  readonly help: string;
}

const kinds: readonly Kind[] = [
  { kind: 'notebook', label: 'Notebook', help: 'Does the same in Python with scanpy, versions pinned.' },
  { kind: 'notebook', gpu: true, label: 'GPU notebook', help: 'The same for rapids-singlecell on an NVIDIA GPU.' },
  { kind: 'figure', label: 'Figure', help: 'The map as SVG, for print.' },
  { kind: 'csv', label: 'Table', help: 'CSV: one row per cell.' },
  { kind: 'h5ad', label: 'h5ad', help: 'Kept cells, counts and everything computed, for anndata.' },
  { kind: 'zarr', label: 'Zarr', help: 'The same as a Zarr store.' },
  { kind: 'record', label: 'Record', help: 'What was run with what, as Markdown.' },
];

function TakeAlong({ run }: { readonly run: string }) {
  const files = useQuery(host.runs.exports.queryOptions({ input: { run } }));
  const write = useMutation({
    mutationFn: ({ kind, gpu }: Kind) => client.runs.export({ run, kind, ...(gpu ? { gpu } : {}) }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: host.runs.exports.key({ input: { run } }) }),
  });
  return (
    <section>
      <Title order={2} mb="xs">Take it along</Title>
      <Group gap="xs">
        {kinds.map((one) => <Button key={one.label} variant="default" size="xs" title={one.help} loading={write.isPending && write.variables === one} disabled={write.isPending} onClick={() => write.mutate(one)}>{one.label}</Button>)}
      </Group>
      {write.error && <ErrorCard error={write.error} />}
      {files.error && <ErrorCard error={files.error} />}
      {files.data && files.data.length > 0 && (
        <Table verticalSpacing={4} mt="sm" fz="sm">
          <Table.Thead><Table.Tr><Table.Th>File</Table.Th><Table.Th>In the workspace</Table.Th><Table.Th>Size</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>{files.data.map((file) => <Table.Tr key={`${file.folder}/${file.name}`}><Table.Td><FileLink file={file} /></Table.Td><Table.Td>{file.folder}/</Table.Td><Table.Td>{file.isFolder ? 'folder' : formatBytes(file.bytes)}</Table.Td></Table.Tr>)}</Table.Tbody>
        </Table>
      )}
    </section>
  );
}

function FileLink({ file }: { readonly file: ExportedFile }) {
  if (file.isFolder) return <>{file.name}</>;
  return <span className="row"><a href={downloadUrl(file)} download={file.name}>{file.name}</a>{file.kind === 'figure' && <FigureFormats file={file} />}{bridge && <Button size="compact-xs" variant="default" onClick={() => void bridge?.reveal(file.folder, file.name)}>Show in folder</Button>}</span>;
}

function Log({ detail }: { readonly detail: RunDetail }) {
  return (
    <details className="facts">
      <summary>Event log</summary>
      <Code block>{detail.lastEvents.map(({ number, at, event }) => `${number}  ${at.slice(11, 19)}  ${wordsOf(event)}`).join('\n') || 'nothing yet'}</Code>
    </details>
  );
}

function wordsOf(event: JobEvent): string {
  switch (event.kind) {
    case 'step-started':
      return `${event.title} begins (${event.index + 1} of ${event.of})`;
    case 'progress':
      return `${event.step}: ${formatCount(event.done)} of ${formatCount(event.total)} ${event.unit}`;
    case 'note':
      return `${event.level === 'warning' ? 'warning: ' : ''}${event.text}`;
    case 'result':
      return `${event.step} ${event.reused ? 'reused' : `done in ${formatSeconds(event.seconds)}`}`;
    case 'failed':
      return `failed: ${event.error.message}`;
    case 'done':
      return `done in ${formatSeconds(event.seconds)}`;
    case 'gone':
      return `the engine is gone (${event.reason})`;
    default:
      return event.kind;
  }
}
