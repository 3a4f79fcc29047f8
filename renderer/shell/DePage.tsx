/** What drugs do to genes: choose line, drug and dose; volcano, MA, table, doses of a gene, heatmap, agreement, tables to take along. */
import { Button, Group, Loader, NumberInput, Select, SimpleGrid, Stack, Tabs, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { DeOverview } from '../../protocol/de.ts';
import { downloadUrl } from '../client/figures.ts';
import { client, errorOf, host } from '../client/rpc.ts';
import { formatBytes, formatCount, formatValue } from '../client/words.ts';
import { DeConditionView } from '../panels/DeCondition.tsx';
import { DeGeneView } from '../panels/DeGene.tsx';
import { DeConcordanceView, DeHeatmapView, DeSkipped } from '../panels/DeTogether.tsx';
import { conditionOf, leadingCondition, shownStrata, stratumWords } from '../panels/de-words.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { GeneBox } from '../panels/GeneBox.tsx';
import { RunPlaces } from '../panels/RunPlaces.tsx';
import { SearchSelect } from '../panels/SearchSelect.tsx';
import { TakeNotebook } from '../panels/TakeNotebook.tsx';

export function DePage({ run }: { readonly run: string }) {
  const found = useQuery({ ...host.de.ask.queryOptions({ input: { run, ask: { ask: 'overview' } } }), staleTime: Number.POSITIVE_INFINITY });
  const missing = found.error !== null && errorOf(found.error).kind === 'not-found';
  return (
    <Stack gap="md" maw={1100}>
      <RunPlaces run={run} at="Drug effects" />
      <Title order={1}>Drug effects</Title>
      {missing && <div><Text mb="sm">This run has compared nothing yet: no step of it is a differential expression.</Text><Button component={Link} to="/guide/de">Compare drugs with their control</Button></div>}
      {found.error && !missing && <ErrorCard error={found.error} />}
      {found.data?.kind === 'overview' ? <Chosen run={run} overview={found.data} /> : found.isPending && <Loader />}
    </Stack>
  );
}

const methods: Readonly<Record<string, string>> = {
  wilcoxon: 'rank sums of normalised values', 't-test': "Welch's t-test on logarithms", 't-test_overestim_var': "Welch's t-test on logarithms, with as many control cells as the condition has", pseudobulk: 'wells compared, not cells', wilcoxon_counts: 'rank sums of raw counts: not corrected for depth',
};

function Chosen({ run, overview }: { readonly run: string; readonly overview: DeOverview }) {
  const navigate = useNavigate();
  const search: { stratum?: string; target?: string; gene?: string } = useSearch({ strict: false });
  const strata = shownStrata(overview);
  const stratum = strata.find((one) => one.name === search.stratum) ?? strata[0]!;
  const condition = stratum.conditions.find((one) => one.target === search.target) ?? leadingCondition(stratum);
  const [tab, setTab] = useState<string | null>('condition');
  const show = (next: { stratum?: string; target?: string; gene?: string }): void =>
    void navigate({ to: '/de/$run', params: { run }, search: { stratum: stratum.name, target: condition.target, ...(search.gene === undefined ? {} : { gene: search.gene }), ...next }, replace: true });
  const showGene = (gene: string): void => {
    show({ gene });
    setTab('gene');
  };
  const drugs = [...new Set(stratum.conditions.map((one) => one.drug))];
  const doses = stratum.conditions.filter((one) => one.drug === condition.drug);
  return (
    <>
      <Text c="dimmed" size="sm">{formatCount(strata.reduce((sum, one) => sum + one.conditions.length, 0))} comparisons of {formatCount(overview.genes)} genes against {overview.reference === 'rest' ? 'all other labelled cells of the same plate and line' : `${overview.reference}, always of the same plate and line`}; {methods[overview.method] ?? overview.method}.</Text>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <SearchSelect label="Plate and line" allowDeselect={false} data={strata.map((one) => ({ value: one.name, label: stratumWords(one.name) }))} value={stratum.name}
          onChange={(name) => {
            const next = strata.find((one) => one.name === name);
            if (next) show({ stratum: next.name, target: (conditionOf(next, condition.drug, condition.dose) ?? leadingCondition(next)).target });
          }} />
        <SearchSelect label="Drug" allowDeselect={false} data={drugs} value={condition.drug} onChange={(drug) => drug !== null && show({ target: conditionOf(stratum, drug, condition.dose)!.target })} />
        <Select label="Dose" allowDeselect={false} data={doses.map((one) => ({ value: one.target, label: one.dose === null ? one.target : `${formatValue(one.dose)} µM` }))} value={condition.target} onChange={(target) => target !== null && show({ target })} />
      </SimpleGrid>
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="condition">Condition</Tabs.Tab><Tabs.Tab value="gene">Gene over doses</Tabs.Tab><Tabs.Tab value="heatmap">Heatmap</Tabs.Tab><Tabs.Tab value="agreement">Agreement</Tabs.Tab><Tabs.Tab value="skipped">Notes and skipped</Tabs.Tab><Tabs.Tab value="tables">Tables</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="condition" pt="md"><DeConditionView run={run} stratum={stratum} condition={condition} reference={overview.reference} onGene={showGene} /></Tabs.Panel>
        <Tabs.Panel value="gene" pt="md"><GeneBox key={search.gene ?? ''} run={run} gene={search.gene ?? null} label="Gene" onGene={(gene) => gene !== null && show({ gene })} />{search.gene !== undefined && <DeGeneView run={run} gene={search.gene} drug={condition.drug} />}</Tabs.Panel>
        <Tabs.Panel value="heatmap" pt="md"><DeHeatmapView run={run} stratum={stratum} onPick={(gene, target) => { show({ gene, target }); setTab('gene'); }} /></Tabs.Panel>
        <Tabs.Panel value="agreement" pt="md"><DeConcordanceView run={run} stratum={stratum} strata={strata} /></Tabs.Panel>
        <Tabs.Panel value="skipped" pt="md"><DeSkipped overview={overview} /></Tabs.Panel>
        <Tabs.Panel value="tables" pt="md"><TakeTable run={run} stratum={stratum.name} target={condition.target} /></Tabs.Panel>
      </Tabs>
    </>
  );
}

/** Every statistic as CSV, as many rows as wanted. */
function TakeTable({ run, stratum, target }: { readonly run: string; readonly stratum: string; readonly target: string }) {
  const [whole, setWhole] = useState<string>('condition');
  const [top, setTop] = useState<number | null>(null);
  const [fdr, setFdr] = useState<number | null>(0.05);
  const write = useMutation({
    mutationFn: () => client.de.export({ run, rows: { stratum: whole === 'all' ? null : stratum, targets: whole === 'condition' ? [target] : [], fdr, top } }),
  });
  const numeric = (value: string | number): number | null => (value === '' ? null : Number(value));
  return (
    <Stack gap="sm" maw={520}>
      <Select label="Which rows" allowDeselect={false} value={whole} onChange={(value) => value !== null && setWhole(value)} data={[{ value: 'condition', label: 'This condition' }, { value: 'stratum', label: 'All conditions of this plate and line' }, { value: 'all', label: 'Everything' }]} />
      <Group grow>
        <NumberInput label="fdr below" placeholder="all genes" min={0} max={1} step={0.01} value={fdr ?? ''} onChange={(value) => setFdr(numeric(value))} />
        <NumberInput label="Genes of each condition at most" placeholder="all" min={1} allowDecimal={false} value={top ?? ''} onChange={(value) => setTop(numeric(value))} />
      </Group>
      <div><Button onClick={() => write.mutate()} loading={write.isPending}>Write CSV</Button></div>
      {write.error && <ErrorCard error={write.error} />}
      {write.data && <Text size="sm" aria-live="polite"><a href={downloadUrl(write.data)} download={write.data.name}>{write.data.name}</a> ({formatBytes(write.data.bytes)}), in the workspace's exports</Text>}
      <TakeNotebook run={run} />
      <Text size="sm" c="dimmed">The whole tables are Parquet files in the result folder, one for each plate and line; the command line copies them: truckee de --out FOLDER.</Text>
    </Stack>
  );
}
