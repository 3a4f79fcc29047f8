/** An integration while it runs and afterwards: its turns as a chart, the verdict in words, figures and maps before and after. */
import { Button, Loader, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import type { RunStep } from '../../protocol/api.types.ts';
import { host } from '../client/rpc.ts';
import { formatValue } from '../client/words.ts';
import { BeforeAfter } from '../panels/BeforeAfter.tsx';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { IntegrationMethods } from '../panels/IntegrationMethods.tsx';
import { limitsOf, wasMeasured } from '../panels/integration-methods.ts';
import { readIntegrationLog, type IntegrationLog } from '../panels/integration-log.ts';
import { publishedIntegration } from '../panels/published.table.ts';
import { RunPlaces } from '../panels/RunPlaces.tsx';
import { SaveFigure } from '../panels/SaveFigure.tsx';
import { SaveTable } from '../panels/SaveTable.tsx';
import { TakeNotebook } from '../panels/TakeNotebook.tsx';
import { Lines } from '../plots/Lines.tsx';

export function IntegrationPage({ run }: { readonly run: string }) {
  const detail = useQuery(host.runs.detail.queryOptions({ input: { run } }));
  const going = detail.data?.summary.state === 'running' || detail.data?.summary.state === 'queued';
  const log = useQuery({ ...host.runs.log.queryOptions({ input: { run, after: 0 } }), refetchInterval: going ? 1000 : false, staleTime: 0 });
  const step = detail.data?.steps.find((one) => one.step === 'integrate');
  // A result that was reused kept its own lines.
  const live = (log.data ?? []).flatMap(({ event }) => (event.kind === 'note' && event.step === 'integrate' ? [event.text] : []));
  const read = readIntegrationLog(live.some((note) => note.startsWith('[')) ? live : (step?.notes ?? []));
  const failed = detail.error ?? log.error;
  return (
    <Stack gap="lg" maw={1100}>
      <RunPlaces run={run} at="Integration" />
      <Title order={1}>Integration</Title>
      {failed && <ErrorCard error={failed} />}
      {!detail.data && !failed && <Loader />}
      {detail.data && !step && <div><Text mb="sm">This run brings no batches together: it has no integration step.</Text><Button component={Link} to="/guide/integrate">Bring plates together</Button></div>}
      {step && <Verdict step={step} going={going === true} />}
      {read.turns.length > 0 && <Turns log={read} ceiling={(step ? limitsOf(step).ceiling : null) ?? (read.batches === null ? null : Math.log(read.batches))} />}
      {detail.data && step && wasMeasured(step) && <IntegrationMethods detail={detail.data} step={step} />}
      {step?.state === 'done' && step.params['method'] === 'ot' && <Published step={step} log={read} />}
      {step?.state === 'done' && <Maps run={run} step={step} />}
      {step?.state === 'done' && <TakeNotebook run={run} />}
    </Stack>
  );
}

function Verdict({ step, going }: { readonly step: RunStep; readonly going: boolean }) {
  const { words, use, J, J_identity: identity, tw, it, n_centroids: centroids } = step.outcome;
  if (typeof words !== 'string') return <Text aria-live="polite">{going ? 'The verdict comes when all cells have been carried and measured.' : 'There is no verdict yet.'}</Text>;
  const facts = [
    typeof J === 'number' && typeof identity === 'number' ? `Score ${formatValue(J)}; doing nothing scores ${formatValue(identity)}.` : null,
    typeof it === 'number' ? `Best turn ${it}.` : null, typeof tw === 'number' ? `Trustworthiness ${formatValue(tw)}.` : null, typeof centroids === 'number' && centroids > 0 ? `${formatValue(centroids)} centroids.` : null,
  ].filter((one) => one !== null);
  return (
    <section className="card" aria-label="Verdict">
      <Text fw={600}>{words}</Text>
      <Text size="sm">Later steps use {String(use)}{use === step.params['obsm_key'] ? ', the embedding as it was' : ''}. {facts.join(' ')}</Text>
      <Text size="sm" c="dimmed">Differential expression never uses integrated values.</Text>
    </section>
  );
}

function Turns({ log, ceiling }: { readonly log: IntegrationLog; readonly ceiling: number | null }) {
  const { baseline, turns, stopped, final } = log;
  const places = ['start', ...turns.map((turn) => String(turn.it))];
  const best = turns.at(-1)?.best ?? 0;
  const [score, mixing] = [useRef<() => string>(() => ''), useRef<() => string>(() => '')];
  const of = (pick: (turn: (typeof turns)[number]) => number, first: number | null) => [first, ...turns.map(pick)];
  return (
    <section aria-label="Turns of the loop">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <div>
          <Lines title="Score, kept neighbours and their floor per turn" places={places} axes={['turn', 'score, shares']} zero mark={best} onDraw={(svg) => void (score.current = svg)}
            series={[{ name: 'J', values: of((turn) => turn.J, null) }, { name: 'overlap0', values: of((turn) => turn.overlap0, 1) }, { name: 'floor', values: of((turn) => turn.floor, null), dashed: true }, { name: 'strain', values: of((turn) => turn.strain, baseline?.strain ?? null) }]} />
          <SaveFigure name="score-per-turn" svg={() => score.current()} />
        </div>
        <div>
          <Lines title="Mixing of batches per turn, of centroids" places={places} axes={['turn', 'mix, nat']} mark={best} onDraw={(svg) => void (mixing.current = svg)}
            series={[{ name: 'mix', values: of((turn) => turn.mix, baseline?.mix ?? null) }, ...(ceiling === null ? [] : [{ name: 'ceiling ln B', values: places.map(() => ceiling), dashed: true }])]} />
          <span className="row">
            <SaveFigure name="mixing-per-turn" svg={() => mixing.current()} />
            <SaveTable name="turns" head={['it', 'mix', 'overlap0', 'strain', 'floor', 'J', 'best_it']} rows={() => turns.map((turn) => [turn.it, turn.mix, turn.overlap0, turn.strain, turn.floor, turn.J, turn.best])} />
          </span>
        </div>
      </SimpleGrid>
      <Text size="sm" aria-live="polite">{`Turn ${turns.at(-1)!.it}, best so far ${best}.`}{stopped === null ? '' : ` Ended early: ${stopped}`}{final === null ? '' : ` Final: it*=${final.it}, mix ${final.mix}, overlap0 ${final.overlap0}, strain ${final.strain}, tw ${final.tw}.`}</Text>
    </section>
  );
}

/** Ours beside what was published. */
function Published({ step, log }: { readonly step: RunStep; readonly log: IntegrationLog }) {
  const { J, J_identity: identity, n_centroids: centroids } = step.outcome;
  const { baseline, final } = log;
  const ours: Readonly<Record<string, unknown>> = {
    'mix before': baseline?.mix, mix: final?.mix, overlap0: final?.overlap0, strain: final?.strain, J, 'J of doing nothing': identity, 'best turn': final?.it, tw: final?.tw, centroids,
  };
  return (
    <details className="facts">
      <summary>Beside the published result</summary>
      <Table fz="sm" verticalSpacing={3} aria-label="Ours beside the published result" maw={520}>
        <Table.Thead><Table.Tr><Table.Th>figure</Table.Th><Table.Th ta="right">published</Table.Th><Table.Th ta="right">this run</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>{publishedIntegration.figures.map(({ name, value }) => <Table.Tr key={name}><Table.Td>{name}</Table.Td><Table.Td ta="right">{formatValue(value)}</Table.Td><Table.Td ta="right">{typeof ours[name] === 'number' ? formatValue(ours[name]) : ''}</Table.Td></Table.Tr>)}</Table.Tbody>
      </Table>
      <Text size="sm">{publishedIntegration.where}. {publishedIntegration.reason}</Text>
      <Text size="sm">Its template: <Link to="/guide/$recipe" params={{ recipe: 'integrate-published' }}>the same steps with the published acceptance and arithmetic</Link>.</Text>
    </details>
  );
}

const outKeys: Readonly<Record<string, string>> = { ot: 'X_ot', harmony: 'X_pca_harmony', mnn: 'X_mnn' };

function Maps({ run, step }: { readonly run: string; readonly step: RunStep }) {
  const columns = useQuery(host.runs.columns.queryOptions({ input: { run } }));
  if (columns.error) return <ErrorCard error={columns.error} />;
  if (!columns.data) return <Loader />;
  const { obsm_key: before, out_key: given, method, batch_key: batch, label_key: label } = step.params;
  const after = typeof given === 'string' ? given : (outKeys[String(method)] ?? 'X_ot');
  const wanted = [String(batch), ...(typeof label === 'string' ? [label] : []), 'cell_line', 'drug'];
  const known = [...new Set(wanted)].filter((name) => columns.data.columns.some((one) => one.name === name));
  const bases = [String(before), after] as const;
  if (!bases.every((name) => columns.data.bases.some((one) => one.name === name)) || known.length === 0) return null;
  return <div><Title order={2} size="h3" mb="xs">Before and after as maps</Title><BeforeAfter run={run} bases={bases} columns={known} /></div>;
}
