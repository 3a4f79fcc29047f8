/** One condition against its control: volcano, MA plot, and the genes in a table, most certain first. */
import { Group, Loader, SegmentedControl, SimpleGrid, Table, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { columnIn, type ColumnsFile } from '../../protocol/columns-file.ts';
import type { DeCondition as Condition } from '../../protocol/de.ts';
import { conditionOptions } from '../client/points.ts';
import { formatCount, formatValue } from '../client/words.ts';
import { Scatter } from '../plots/Scatter.tsx';
import { scatterSvg } from '../plots/scatter-svg.ts';
import { conditionWords, stratumWords, type DeStratum } from './de-words.ts';
import { ErrorCard } from './ErrorCard.tsx';
import { SaveFigure } from './SaveFigure.tsx';

export interface DeConditionProps {
  readonly run: string;
  readonly stratum: DeStratum;
  readonly condition: Condition;
  readonly reference: string;
  onGene(gene: string): void;
}

export function DeConditionView(props: DeConditionProps) {
  const { run, stratum, condition } = props;
  const file = useQuery(conditionOptions({ run, stratum: stratum.name, condition: condition.target }));
  if (file.error) return <ErrorCard error={file.error} />;
  return file.data ? <Drawn key={`${stratum.name} ${condition.target}`} {...props} file={file.data} /> : <Loader />;
}

/** Changes are drawn up to this many doublings: a gene seen on one side only has an endless one. */
const widest = 8;
/** fdr of 0.05 as -log10. */
const significantFrom = -Math.log10(0.05);
const mostRows = 50;
/** Genes whose names stand in the plot. */
const mostNamed = 12;

function Drawn({ stratum, condition, reference, onGene, file }: DeConditionProps & { readonly file: ColumnsFile }) {
  const [plot, setPlot] = useState<'volcano' | 'ma'>('volcano');
  const [typed, setTyped] = useState('');
  const [order, setOrder] = useState<'certain' | 'up' | 'down'>('certain');
  const names = file.header.names ?? [];
  const column = (name: string): Float32Array => columnIn(file, name)!;
  const [fold, strength, rate] = [column('log2_fold_change'), column('neg_log10_p'), column('neg_log10_fdr')];
  const drawn = useMemo(() => {
    const [mean, control] = [column('target_mean'), column('ref_mean')];
    return {
      fold: fold.map((value) => Math.max(-widest, Math.min(widest, value))), level: mean.map((value, i) => (value + control[i]!) / 2),
      marked: Uint8Array.from(rate, (value) => Number(value > significantFrom)),
    };
  }, [file]);
  const ranked = useMemo(() => {
    const text = typed.trim().toLowerCase();
    const found = names.flatMap((name, i) => (text === '' || name.toLowerCase().includes(text) ? [i] : []));
    if (order === 'certain') return found.sort((a, b) => strength[b]! - strength[a]! || Math.abs(drawn.fold[b]!) - Math.abs(drawn.fold[a]!) || a - b);
    const sign = order === 'up' ? 1 : -1;
    return found.filter((i) => text !== '' || drawn.marked[i] === 1).sort((a, b) => sign * (drawn.fold[b]! - drawn.fold[a]!) || a - b);
  }, [file, typed, order]);
  const words = conditionWords(condition);
  const axes = plot === 'volcano' ? (['log2 fold change', '−log10 p'] as const) : (['mean of normalised counts', 'log2 fold change'] as const);
  const [x, y] = plot === 'volcano' ? [drawn.fold, strength] : [drawn.level, drawn.fold];
  const title = `${words} against ${reference}, ${stratumWords(stratum.name)}`;
  return (
    <section aria-label="One condition">
      <Text size="sm" mb="xs">{formatCount(condition.cells)} cells against {formatCount(condition.referenceCells)} of {reference}; {formatCount(condition.significant)} genes with fdr below 0.05. Median depth {formatValue(condition.depth)} against {formatValue(stratum.referenceDepth)}.</Text>
      <Group mb="xs" gap="sm">
        <SegmentedControl size="xs" aria-label="Plot" value={plot} onChange={(value) => setPlot(value as typeof plot)} data={[{ value: 'volcano', label: 'Volcano' }, { value: 'ma', label: 'MA' }]} />
        <SaveFigure name={`${plot}-${title}`} svg={() => scatterSvg({ x: plot === 'ma' ? drawn.level.map((value) => Math.log10(value + 1e-3)) : x, y, marked: drawn.marked, names, named: ranked.slice(0, mostNamed), axes: plot === 'ma' ? ['log10 of the mean', axes[1]] : axes, title })} />
      </Group>
      <Scatter x={x} y={y} names={names} marked={drawn.marked} named={ranked.slice(0, mostNamed)} axes={axes} logX={plot === 'ma'} title={`${plot === 'volcano' ? 'Volcano' : 'MA'}: ${title}`} onPick={(i) => onGene(names[i]!)} />
      <Text size="xs" c="dimmed">Coloured genes have fdr below 0.05. Changes beyond {widest} doublings are drawn at the edge. p-values take cells as independent of one another; cells of one well are not.</Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }} mt="sm">
        <TextInput label="Find a gene in this condition" placeholder="part of its name" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        <div><Text size="sm" fw={500}>Order</Text><SegmentedControl size="xs" aria-label="Order of genes" value={order} onChange={(value) => setOrder(value as typeof order)} data={[{ value: 'certain', label: 'Most certain' }, { value: 'up', label: 'Most raised' }, { value: 'down', label: 'Most lowered' }]} /></div>
      </SimpleGrid>
      <Table fz="sm" verticalSpacing={3} striped mt="xs" aria-label="Genes of the condition">
        <Table.Thead><Table.Tr><Table.Th>gene</Table.Th><Table.Th ta="right">log2 fold change</Table.Th><Table.Th ta="right">p</Table.Th><Table.Th ta="right">fdr</Table.Th><Table.Th ta="right">mean</Table.Th><Table.Th ta="right">control</Table.Th><Table.Th ta="right">% of cells</Table.Th><Table.Th ta="right">% of control</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {ranked.slice(0, mostRows).map((i) => (
            <Table.Tr key={i}>
              <Table.Td><button type="button" className="plain-link" onClick={() => onGene(names[i]!)} title="Over all doses and lines">{names[i]}</button></Table.Td>
              <Table.Td ta="right">{formatValue(fold[i]!)}</Table.Td><Table.Td ta="right">{tiny(strength[i]!)}</Table.Td><Table.Td ta="right">{Number.isNaN(rate[i]!) ? 'left out' : tiny(rate[i]!)}</Table.Td>
              {['target_mean', 'ref_mean', 'pct_expressed_target', 'pct_expressed_ref'].map((name) => <Table.Td key={name} ta="right">{formatValue(column(name)[i]!)}</Table.Td>)}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

/** 10 to the power of -exponent, also where a number would be 0. */
function tiny(exponent: number): string {
  if (exponent < 300) return formatValue(10 ** -exponent);
  return `1e−${Math.round(exponent)}`;
}
