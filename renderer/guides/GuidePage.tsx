/**
 * A guide from data to a finished run, drawn from a recipe and the definitions of its steps: a new step brings its own page
 * along. Five questions at most, each with an answer already filled in.
 */
import { Accordion, Button, Checkbox, Group, NumberInput, SegmentedControl, Stack, Stepper, Text, Title } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Recipe } from '../../protocol/recipe.ts';
import { definitionOf, isStepId, type StepId } from '../../steps/table.ts';
import { saveRecipe } from '../client/opened-recipe.ts';
import { client, host } from '../client/rpc.ts';
import { formatCount } from '../client/words.ts';
import { DatasetFacts } from '../panels/DatasetFacts.tsx';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { Origin } from '../panels/Origin.tsx';
import { ParameterForm } from '../panels/ParameterForm.tsx';
import { PreflightTable } from '../panels/PreflightTable.tsx';
import { AddData } from './AddData.tsx';
import { changesIn, draftOf, recipeOf, withParameter, type Draft } from './draft.ts';

const questions = ['Which data?', 'Is this what you expect?', 'Does it fit?', 'Anything to change?'] as const;

export interface GuidePageProps {
  readonly recipe: Recipe;
  /** Parameters of the filter step that were found elsewhere: filled in, and shown at once. */
  readonly filter?: Readonly<Record<string, number | null>>;
}

export function GuidePage({ recipe, filter }: GuidePageProps) {
  const [draft, setDraft] = useState<Draft>(() => Object.entries(filter ?? {}).reduce((old, [name, value]) => withParameter(old, 'filter', name, value ?? undefined), draftOf(recipe)));
  const [at, setAt] = useState(filter ? 3 : 0);
  const navigate = useNavigate();
  const datasets = useQuery(host.datasets.list.queryOptions());
  // Cells that were taken from others here would count twice: left out unless they are asked for.
  const usual = (datasets.data ?? []).filter((one) => one.takenFrom.length === 0).map((one) => one.name);
  const names = draft.datasets ?? usual;
  const ready = names.length > 0;
  const wanted = recipeOf(draft);
  const preflight = useQuery({
    ...host.preflight.queryOptions({ input: { recipe: wanted, limits: draft.limits } }), enabled: ready, placeholderData: keepPreviousData, staleTime: 0,
  });
  const start = useMutation({
    mutationFn: async () => {
      if ('Notification' in window && Notification.permission === 'default') void Notification.requestPermission();
      return client.runs.start({ recipe: wanted, limits: draft.limits });
    },
    onSuccess: ({ run }) => void navigate({ to: '/runs/$run', params: { run } }),
  });
  const change = (step: StepId, name: string, value: unknown): void => setDraft((old) => withParameter(old, step, name, value));
  const changes = changesIn(draft);

  return (
    <Stack gap="lg" maw={900}>
      <div><Title order={1}>{recipe.title || recipe.name}</Title><Text c="dimmed">Four short questions with sensible answers filled in. You can start as soon as there are data.</Text></div>
      <Stepper active={at} onStepClick={setAt} size="sm" iconSize={28}>{questions.map((question) => <Stepper.Step key={question} label={question} />)}</Stepper>

      {at === 0 && (
        <section>
          {datasets.error && <ErrorCard error={datasets.error} />}
          <Stack gap={4}>
            {datasets.data?.map((one) => (
              <Checkbox
                key={one.name} checked={names.includes(one.name)}
                label={<span className="row">{one.name} <Origin demo={one.demo} /> <Text span size="sm" c="dimmed">{formatCount(one.cells)} cells × {formatCount(one.genes)} genes{one.takenFrom.length > 0 && `, taken from ${one.takenFrom.join(', ')}`}</Text></span>}
                onChange={(event) => {
                  const next = event.currentTarget.checked ? [...names, one.name] : names.filter((name) => name !== one.name);
                  setDraft({ ...draft, datasets: next.length === usual.length && usual.every((name) => next.includes(name)) ? null : next });
                }}
              />
            ))}
          </Stack>
          <AddData empty={datasets.data?.length === 0} />
        </section>
      )}
      {at === 1 && names.map((name) => <DatasetFacts key={name} name={name} />)}
      {at === 2 && (
        <section>
          <Group grow mb="md" align="start">
            <NumberInput label="Memory for all processes together (GiB)" placeholder="half of the machine" min={0.2} step={1} decimalScale={2} description="Never more than this is used; smaller chunks when it is little."
              value={draft.limits.memoryBytes === null ? '' : draft.limits.memoryBytes / 2 ** 30}
              onChange={(value) => setDraft({ ...draft, limits: { ...draft.limits, memoryBytes: value === '' || Number(value) <= 0 ? null : Math.round(Number(value) * 2 ** 30) } })} />
            <NumberInput label="Workers" placeholder="all cores" min={1} max={64} allowDecimal={false} description="Threads that read and compute; the result does not depend on them."
              value={draft.limits.workers ?? ''} onChange={(value) => setDraft({ ...draft, limits: { ...draft.limits, workers: value === '' || Number(value) < 1 ? null : Number(value) } })} />
          </Group>
          <Group mb="md" gap="sm"><Text size="sm" fw={560}>Compute on</Text><SegmentedControl size="xs" aria-label="Compute on" value={draft.device} data={[{ value: 'auto', label: 'Fastest there is' }, { value: 'cpu', label: 'CPU' }, { value: 'gpu', label: 'GPU' }]} onChange={(value) => setDraft({ ...draft, device: value === 'cpu' || value === 'gpu' ? value : 'auto' })} /><Text size="sm" c="dimmed">A step may choose for itself, below its parameters.</Text></Group>
          {preflight.error && <ErrorCard error={preflight.error} />}
          {preflight.data && <PreflightTable page={preflight.data} />}
        </section>
      )}
      {at === 3 && (
        <Accordion variant="separated" defaultValue={filter ? 'filter' : null}>
          {recipe.steps.map(({ step }) => isStepId(step) && (
            <Accordion.Item key={step} value={step}>
              <Accordion.Control><strong>{definitionOf(step).title}</strong> <Text span size="sm" c="dimmed">{definitionOf(step).why}</Text></Accordion.Control>
              <Accordion.Panel><ParameterForm step={step} values={draft.changed[step] ?? {}} onChange={(name, value) => change(step, name, value)} /></Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      )}

      {preflight.error && at !== 2 && <ErrorCard error={preflight.error} />}
      {start.error && <ErrorCard error={start.error} />}
      {preflight.data?.refusal && at !== 2 && <ErrorCardOf refusal={preflight.data.refusal} />}
      {(preflight.data?.overridable || draft.limits.override) && (
        <Checkbox label="Run it all the same" description="The plan is an upper bound; a run that finds no room ends cleanly and can be gone on with. The decision stands in the record of the run." checked={draft.limits.override === true}
          onChange={(event) => setDraft({ ...draft, limits: { ...draft.limits, override: event.currentTarget.checked } })} />
      )}
      <Group justify="space-between" className="guide-foot">
        <Button variant="default" onClick={() => setAt(at - 1)} disabled={at === 0}>Back</Button>
        <Text size="sm" c="dimmed" aria-live="polite">
          {preflight.data && ready ? `${formatCount(preflight.data.cells)} cells, about ${preflight.data.lines.find((line) => line.resource === 'time')?.needed ?? '?'}${changes > 0 ? `, ${changes} changed` : ''}` : ''}
        </Text>
        <Group gap="sm">
          <Button variant="subtle" onClick={() => saveRecipe(wanted)} title="The recipe as a file: to share, to keep, to run from the command line">Save recipe</Button>
          {at < questions.length - 1 && <Button variant="default" onClick={() => setAt(at + 1)} disabled={!ready}>Next</Button>}
          <Button onClick={() => start.mutate()} loading={start.isPending} disabled={!ready || preflight.isError || preflight.data?.ok === false}>Run</Button>
        </Group>
      </Group>
    </Stack>
  );
}

function ErrorCardOf({ refusal }: { readonly refusal: { message: string; remedy: string } }) {
  return <Text c="red" size="sm" role="alert">{refusal.message} {refusal.remedy}</Text>;
}
