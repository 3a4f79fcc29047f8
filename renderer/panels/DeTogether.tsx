/** All conditions of a stratum together: leading genes as a heatmap, agreement with another stratum, what was skipped. */
import { Loader, NativeSelect, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { DeConcordance, DeOverview } from '../../protocol/de.ts';
import { host } from '../client/rpc.ts';
import { formatCount, formatValue } from '../client/words.ts';
import { Heatmap } from '../plots/Heatmap.tsx';
import { conditionWords, stratumWords, type DeStratum } from './de-words.ts';
import { ErrorCard } from './ErrorCard.tsx';
import { SaveFigure } from './SaveFigure.tsx';
import { SaveTable } from './SaveTable.tsx';

export interface DeHeatmapProps {
  readonly run: string;
  readonly stratum: DeStratum;
  onPick(gene: string, target: string): void;
}

export function DeHeatmapView({ run, stratum, onPick }: DeHeatmapProps) {
  const found = useQuery({ ...host.de.ask.queryOptions({ input: { run, ask: { ask: 'heatmap', stratum: stratum.name, genes: 30, targets: 60 } } }), staleTime: Number.POSITIVE_INFINITY });
  const draw = useRef<() => string>(() => '');
  if (found.error) return <ErrorCard error={found.error} />;
  if (found.data?.kind !== 'heatmap') return <Loader />;
  const { genes, targets, values } = found.data;
  if (genes.length === 0) return <Text>No condition of {stratum.name} has a gene with fdr below 0.05.</Text>;
  const words = targets.map((target) => conditionWords(stratum.conditions.find((one) => one.target === target)!));
  return (
    <>
      <Heatmap rows={genes} columns={words} values={values} title={`log2 fold changes of leading genes, ${stratumWords(stratum.name)}`} onPick={(row, column) => onPick(genes[row]!, targets[column]!)} onDraw={(svg) => void (draw.current = svg)} />
      <span className="row"><SaveFigure name={`heatmap-${stratum.name}`} svg={() => draw.current()} /><SaveTable name={`heatmap-${stratum.name}`} head={['gene', ...targets]} rows={() => genes.map((gene, row) => [gene, ...values[row]!])} /></span>
    </>
  );
}

export interface DeConcordanceProps {
  readonly run: string;
  readonly stratum: DeStratum;
  readonly strata: readonly DeStratum[];
}

export function DeConcordanceView({ run, stratum, strata }: DeConcordanceProps) {
  const others = strata.filter((one) => one.name !== stratum.name && one.conditions.some((a) => stratum.conditions.some((b) => a.target === b.target)));
  const [picked, setPicked] = useState<string | null>(null);
  const other = others.find((one) => one.name === picked) ?? others[0];
  const found = useQuery({ ...host.de.ask.queryOptions({ input: { run, ask: { ask: 'concordance', a: stratum.name, b: other?.name ?? '-', k: 50 } } }), enabled: other !== undefined, staleTime: Number.POSITIVE_INFINITY });
  if (!other) return <Text>No other stratum has a condition of this one. Plates that repeat one another, or several lines, can be compared.</Text>;
  return (
    <>
      <NativeSelect label="Agreement with" data={others.map((one) => ({ value: one.name, label: stratumWords(one.name) }))} value={other.name} onChange={(event) => setPicked(event.currentTarget.value)} maw={420} />
      {found.error && <ErrorCard error={found.error} />}
      {found.data?.kind === 'concordance' ? <Agreement rows={found.data.rows} stratum={stratum} b={other.name} /> : !found.error && <Loader size="sm" mt="xs" />}
    </>
  );
}

function Agreement({ rows, stratum, b }: { readonly rows: DeConcordance['rows']; readonly stratum: DeStratum; readonly b: string }) {
  const a = stratum.name;
  const words = (target: string): string => conditionWords(stratum.conditions.find((one) => one.target === target)!);
  const sorted = [...rows].sort((one, two) => two.both - one.both);
  return (
    <>
      <div style={{ marginTop: 8 }}><SaveTable name={`agreement-${a}-${b}`} head={['condition', `significant in ${a}`, `significant in ${b}`, 'in both', 'spearman', 'same sign', 'overlap at 50']}
        rows={() => sorted.map((row) => [row.target, ...row.significant, row.both, row.spearman, row.sameSign, row.overlap])} /></div>
        <Table fz="sm" verticalSpacing={3} striped mt="xs" aria-label={`Agreement of ${a} with ${b}`}>
          <Table.Thead><Table.Tr><Table.Th>condition</Table.Th><Table.Th ta="right">significant here</Table.Th><Table.Th ta="right">there</Table.Th><Table.Th ta="right">in both</Table.Th><Table.Th ta="right">Spearman of changes</Table.Th><Table.Th ta="right">same sign</Table.Th><Table.Th ta="right">overlap at 50</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>{sorted.slice(0, 40).map((row) => (
            <Table.Tr key={row.target}><Table.Td>{words(row.target)}</Table.Td><Table.Td ta="right">{formatCount(row.significant[0])}</Table.Td><Table.Td ta="right">{formatCount(row.significant[1])}</Table.Td><Table.Td ta="right">{formatCount(row.both)}</Table.Td><Table.Td ta="right">{shown(row.spearman)}</Table.Td><Table.Td ta="right">{shown(row.sameSign)}</Table.Td><Table.Td ta="right">{shown(row.overlap)}</Table.Td></Table.Tr>
          ))}</Table.Tbody>
        </Table>
    </>
  );
}

const shown = (value: number | null): string => (value === null ? '' : formatValue(value));

export function DeSkipped({ overview }: { readonly overview: DeOverview }) {
  const rows = overview.strata.flatMap((one) => one.skipped.map((skip) => ({ stratum: one.name, ...skip })));
  return (
    <>
      {overview.notes.map((note) => <Text key={note} size="sm">{note}</Text>)}
      {rows.length > 0 && (
        <Table fz="sm" verticalSpacing={3} striped mt="xs" aria-label="Skipped, because">
          <Table.Thead><Table.Tr><Table.Th>skipped</Table.Th><Table.Th>stratum</Table.Th><Table.Th ta="right">cells</Table.Th><Table.Th>because</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>{rows.slice(0, 200).map((row) => <Table.Tr key={`${row.stratum} ${row.target}`}><Table.Td>{row.target ?? 'all conditions'}</Table.Td><Table.Td>{stratumWords(row.stratum)}</Table.Td><Table.Td ta="right">{formatCount(row.cells)}</Table.Td><Table.Td>{row.because}</Table.Td></Table.Tr>)}</Table.Tbody>
        </Table>
      )}
      {rows.length > 200 && <Text size="xs" c="dimmed">and {formatCount(rows.length - 200)} more</Text>}
    </>
  );
}
