/** Quality of a run's cells before the filter: distributions, limits to try on them at once, and a run with those limits. */
import { Button, Group, Loader, NumberInput, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { RunColumns, RunDetail } from '../../protocol/api.types.ts';
import { columnIn, type ColumnsFile } from '../../protocol/columns-file.ts';
import { columnsOptions } from '../client/points.ts';
import { host } from '../client/rpc.ts';
import { formatCount, formatValue } from '../client/words.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { keptBy, limitsFromRange, limitsOf, metrics, type Limits, type Metric } from '../panels/limits.ts';
import { RunPlaces } from '../panels/RunPlaces.tsx';
import { binValues } from '../plots/bins.ts';
import { Histogram } from '../plots/Histogram.tsx';
import { Violins } from '../plots/Violins.tsx';

export function QualityPage({ run }: { readonly run: string }) {
  const columns = useQuery(host.runs.columns.queryOptions({ input: { run } }));
  const detail = useQuery(host.runs.detail.queryOptions({ input: { run } }));
  const failed = columns.error ?? detail.error;
  if (failed) return <ErrorCard error={failed} />;
  if (!columns.data || !detail.data) return <Loader />;
  return <Quality run={run} columns={columns.data} detail={detail.data} />;
}

/** Violins side by side at most; the rest is in the table of groups. */
const mostGroups = 14;

function Quality({ run, columns, detail }: { readonly run: string; readonly columns: RunColumns; readonly detail: RunDetail }) {
  const there = metrics.filter((metric) => columns.columns.some((one) => one.name === metric.column));
  const group = columns.columns.find((one) => one.name === 'plate')?.name ?? null;
  const filter = detail.steps.find((one) => one.step === 'filter');
  const level = typeof filter?.params['level'] === 'string' && columns.columns.some((one) => one.name === 'pass_filter') ? filter.params['level'] : null;
  const wanted = [...there.map((metric) => metric.column), ...(group === null ? [] : [group]), ...(level === null ? [] : ['pass_filter'])];
  const sample = useQuery({ ...columnsOptions({ run, of: 'cells', columns: wanted, unfiltered: true }), enabled: there.length > 0 });
  const used = limitsOf(filter?.params ?? {});
  const [limits, setLimits] = useState<Limits>(used);
  const kept = useMemo(() => {
    if (!sample.data) return null;
    const flags = keptBy(limits, sample.data.header.rows, (name) => columnIn(sample.data, name));
    keepLevel(flags, sample.data, level);
    return flags;
  }, [sample.data, limits, level]);
  const changed = JSON.stringify(limits) !== JSON.stringify(used);
  if (there.length === 0) return <Stack><RunPlaces run={run} at="Quality" /><Text>This run computed no quality metrics: its recipe has no qc step.</Text></Stack>;
  return (
    <Stack gap="md" maw={1100}>
      <RunPlaces run={run} at="Quality" />
      <Title order={1}>Quality before the filter</Title>
      {sample.error && <ErrorCard error={sample.error} />}
      {!sample.data && !sample.error && <Loader />}
      {sample.data && kept && (
        <>
          <Kept file={sample.data} kept={kept} group={group} level={level} where={typeof filter?.params['where'] === 'string' ? filter.params['where'] : null} />
          {there.map((metric) => <MetricPanel key={metric.column} metric={metric} file={sample.data} kept={kept} group={group} limits={limits} onLimits={(change) => setLimits({ ...limits, ...change })} />)}
          <Group>
            <Button component={Link} to={`/guide/${detail.recipe.name}?from=${run}&limits=${encodeURIComponent(JSON.stringify(limits))}`} disabled={!changed || !filter}>Run again with these limits</Button>
            <Button variant="default" disabled={!changed} onClick={() => setLimits(used)}>Back to the limits of this run</Button>
            {!filter && <Text size="sm" c="dimmed">The recipe of this run has no filter step.</Text>}
          </Group>
        </>
      )}
    </Stack>
  );
}

/** Cells of another filter level are gone whatever the limits. */
function keepLevel(flags: Uint8Array, file: ColumnsFile, level: string | null): void {
  const codes = level === null ? null : columnIn(file, 'pass_filter');
  const wanted = file.header.columns.find((one) => one.name === 'pass_filter')?.categories?.indexOf(level ?? '') ?? -1;
  if (codes) for (let i = 0; i < flags.length; i++) if (codes[i] !== wanted) flags[i] = 0;
}

interface KeptProps {
  readonly file: ColumnsFile;
  readonly kept: Uint8Array;
  readonly group: string | null;
  readonly level: string | null;
  readonly where: string | null;
}

function Kept({ file, kept, group, level, where }: KeptProps) {
  const { rows, of } = file.header;
  const total = kept.reduce((sum, flag) => sum + flag, 0);
  const groups = useMemo(() => tallied(file, kept, group), [file, kept, group]);
  return (
    <section>
      <Text aria-live="polite"><b>{rows === of ? `${formatCount(total)} of ${formatCount(of)} cells` : `About ${formatValue((100 * total) / Math.max(1, rows))} % of ${formatCount(of)} cells`}</b> pass these limits{level === null ? '' : ` and the filter level ${level}`}{rows === of ? '.' : `, judged by a fair sample of ${formatCount(rows)}.`}{where === null ? '' : ' The expression of the filter is not counted in.'}</Text>
      {groups.length > 1 && (
        <details className="facts">
          <summary>By {group}</summary>
          <Table fz="sm" verticalSpacing={2} maw={420}>
            <Table.Thead><Table.Tr><Table.Th>{group}</Table.Th><Table.Th ta="right">cells</Table.Th><Table.Th ta="right">pass</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{groups.map((one) => <Table.Tr key={one.name}><Table.Td>{one.name}</Table.Td><Table.Td ta="right">{formatCount(one.cells)}</Table.Td><Table.Td ta="right">{formatValue((100 * one.kept) / Math.max(1, one.cells))} %</Table.Td></Table.Tr>)}</Table.Tbody>
          </Table>
        </details>
      )}
    </section>
  );
}

function tallied(file: ColumnsFile, kept: Uint8Array, group: string | null): { name: string; cells: number; kept: number }[] {
  const codes = group === null ? null : columnIn(file, group);
  const labels = file.header.columns.find((one) => one.name === group)?.categories;
  if (!codes || !labels) return [];
  const groups = labels.map((name) => ({ name, cells: 0, kept: 0 }));
  codes.forEach((code, i) => {
    const one = groups[code];
    if (!one) return;
    one.cells += 1;
    one.kept += kept[i]!;
  });
  return groups.filter((one) => one.cells > 0);
}

interface MetricPanelProps {
  readonly metric: Metric;
  readonly file: ColumnsFile;
  readonly kept: Uint8Array;
  readonly group: string | null;
  readonly limits: Limits;
  onLimits(change: Limits): void;
}

function MetricPanel({ metric, file, kept, group, limits, onLimits }: MetricPanelProps) {
  const values = columnIn(file, metric.column)!;
  const shape = (value: number): number => (metric.log ? Math.log1p(value) : value);
  const bins = useMemo(() => binValues(values.map(shape), kept, 64), [values, kept]);
  const groups = useMemo(() => grouped(file, values, group), [file, values, group]);
  const ends = [bins.edges[0]!, bins.edges.at(-1)!] as const;
  const [min, max] = [metric.min, metric.max].map((name) => (name === null ? null : (limits[name] ?? null)));
  const range = min === null && max === null ? null : ([min === null ? ends[0] : shape(min!), max === null ? ends[1] : shape(max!)] as const);
  const input = (name: Metric['min'], label: string) => name !== null && (
    <NumberInput size="xs" w={150} label={label} placeholder="no limit" min={0} value={limits[name] ?? ''} onChange={(value) => onLimits({ [name]: value === '' ? null : Number(value) })} />
  );
  return (
    <section className="card" aria-label={metric.title}>
      <Title order={2} size="h4">{metric.title}</Title>
      <Group align="start" gap="xl" mt="xs">
        <div style={{ width: 320 }}>
          <Histogram bins={bins} range={range} onRange={(next) => onLimits(limitsFromRange(metric, next, ends))} label={metric.title} show={(value) => formatValue(metric.log ? Math.round(Math.expm1(value)) : value)} />
          <Group gap="sm">{input(metric.min, metric.min ?? '')}{input(metric.max, metric.max ?? '')}</Group>
        </div>
        <Violins title={metric.title} groups={groups} limits={[min, max].filter((limit) => limit !== null && limit !== undefined)} log={metric.log} />
      </Group>
    </section>
  );
}

function grouped(file: ColumnsFile, values: Float32Array, group: string | null): { name: string; values: Float32Array }[] {
  const codes = group === null ? null : columnIn(file, group);
  const labels = file.header.columns.find((one) => one.name === group)?.categories;
  if (!codes || !labels) return [{ name: 'all cells', values }];
  return labels.slice(0, mostGroups).map((name, code) => ({ name, values: values.filter((_, i) => codes[i] === code) })).filter((one) => one.values.length > 0);
}
