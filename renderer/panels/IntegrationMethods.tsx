/** The methods beside one another: every integration of the same embedding that this workspace has, its figures whatever they are, and the way to the others. */
import { Button, Group, Table, Text, Title } from '@mantine/core';
import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { RunDetail, RunStep } from '../../protocol/api.types.ts';
import { client, host } from '../client/rpc.ts';
import { formatValue } from '../client/words.ts';
import { ErrorCard } from './ErrorCard.tsx';
import { figureRows, limitsOf, methodWords, methods, sameQuestion, withMethod, type Method } from './integration-methods.ts';
import { SaveTable } from './SaveTable.tsx';

export interface IntegrationMethodsProps {
  readonly detail: RunDetail;
  readonly step: RunStep;
}

/** Runs looked at, newest first. */
const mostRuns = 30;

export function IntegrationMethods({ detail, step }: IntegrationMethodsProps) {
  const runs = useQuery(host.runs.list.queryOptions());
  const candidates = (runs.data ?? []).filter((run) => run.state === 'done' && run.steps.includes('integrate') && run.run !== detail.summary.run).slice(0, mostRuns);
  const details = useQueries({ queries: candidates.map(({ run }) => host.runs.detail.queryOptions({ input: { run } })) });
  const others = details.flatMap(({ data }) => {
    const found = data?.steps.find((one) => one.step === 'integrate');
    return data && found && sameQuestion(step, found) ? [{ run: data.summary.run, step: found }] : [];
  });
  // One column for each result: a run that took over what another had computed adds nothing.
  const shown = [{ run: detail.summary.run, step }, ...others].filter((one, i, all) => all.findIndex((other) => JSON.stringify(other.step.outcome) === JSON.stringify(one.step.outcome) && other.step.params['method'] === one.step.params['method']) === i);
  const rows = figureRows(shown.map((one) => one.step));
  const { ceiling, fullMixing } = limitsOf(step);
  const limits = [ceiling === null ? null : `Mixing can reach ${formatValue(ceiling)}.`, fullMixing === null ? null : `Fully mixed, ${formatValue(fullMixing)} of the neighbours would be of the same batch.`].filter((one) => one !== null).join(' ');
  const untried = methods.filter((method) => !shown.some((one) => one.step.params['method'] === method));
  return (
    <section aria-label="Before and after">
      <Title order={2} size="h3" mb="xs">Before and after, method by method</Title>
      <Table.ScrollContainer minWidth={480}>
        <Table fz="sm" verticalSpacing={3} striped aria-label="Quality before and after">
          <Table.Thead>
            <Table.Tr><Table.Th>figure</Table.Th><Table.Th ta="right">before</Table.Th>
              {shown.map((one) => <Table.Th key={one.run} ta="right">{one.run === detail.summary.run ? `${methodWords(one.step)} (this run)` : <Link to="/integration/$run" params={{ run: one.run }}>{methodWords(one.step)}</Link>}</Table.Th>)}</Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ words, before, values }) => (
              <Table.Tr key={words}><Table.Td>{words}</Table.Td><Table.Td ta="right">{shownValue(before)}</Table.Td>{values.map((value, i) => <Table.Td key={shown[i]!.run} ta="right">{shownValue(value)}</Table.Td>)}</Table.Tr>
            ))}
            <Table.Tr><Table.Td>later steps use</Table.Td><Table.Td />{shown.map((one) => <Table.Td key={one.run} ta="right">{String(one.step.outcome['use'] ?? '')}</Table.Td>)}</Table.Tr>
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group gap="sm" mt="xs">
        <SaveTable name="quality before and after" head={['figure', 'before', ...shown.map((one) => methodWords(one.step))]} rows={() => [...rows.map((row) => [row.words, row.before, ...row.values]), ['later steps use', null, ...shown.map((one) => String(one.step.outcome['use'] ?? ''))]]} />
        {untried.map((method) => <TryMethod key={method} method={method} detail={detail} />)}
      </Group>
      <Text size="sm" c="dimmed" mt={4}>{limits} The same cells, embedding, batches and labels; figures are measured on one sample of them. Up to here a run with another method takes over what this one has computed.</Text>
    </section>
  );
}

const shownValue = (value: number | null): string => (value === null ? '' : formatValue(value));

function TryMethod({ method, detail }: { readonly method: Method; readonly detail: RunDetail }) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const start = useMutation({
    mutationFn: () => client.runs.start({ recipe: withMethod(detail.recipe, method), limits: { memoryBytes: detail.memoryBytes, workers: null } }),
    onSuccess: async ({ run }) => {
      await cache.invalidateQueries({ queryKey: host.runs.list.key() });
      await navigate({ to: '/runs/$run', params: { run } });
    },
  });
  return (
    <>
      <Button size="compact-sm" variant="default" loading={start.isPending} onClick={() => start.mutate()}>Try {methodWords({ params: { method } })}</Button>
      {start.error && <ErrorCard error={start.error} />}
    </>
  );
}
