/** Two named choices of cells as a differential expression: starts a run of its own, on the same cells as the one looked at. */
import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { CellChoice } from '../../protocol/cell-choice.ts';
import { client } from '../client/rpc.ts';
import { ErrorCard } from './ErrorCard.tsx';
import { whereOf } from './where-of-choice.ts';

export interface CompareGenesProps {
  readonly run: string;
  readonly first: CellChoice;
  readonly second: CellChoice;
  readonly names: readonly [string, string];
}

export function CompareGenes({ run, first, second, names }: CompareGenesProps) {
  const navigate = useNavigate();
  const wheres = [whereOf(first), whereOf(second)] as const;
  const start = useMutation({
    mutationFn: async () => {
      const { recipe } = await client.runs.detail({ run });
      // What chose the cells of this run chooses them again, and is reused.
      const before = recipe.steps.slice(0, recipe.steps.findLastIndex(({ step }) => step === 'qc' || step === 'filter') + 1);
      const params = { target_where: wheres[0], reference_where: wheres[1], strata: [] };
      return client.runs.start({ recipe: { ...recipe, name: 'de', title: `${names[0]} against ${names[1]}`, steps: [...before, { step: 'de', params, lenient: [] }] }, limits: { memoryBytes: null, workers: null } });
    },
    onSuccess: (next) => void navigate({ to: '/runs/$run', params: { run: next.run } }),
  });
  if (wheres.includes(null)) return <Text size="xs" c="dimmed" mt={4}>Genes are compared between choices by labels and ranges; a lasso cannot be written as an expression.</Text>;
  return (
    <>
      <Button size="compact-xs" mt={6} loading={start.isPending} onClick={() => start.mutate()} title="Differential expression of the first choice against the second, plate by plate">Genes that differ</Button>
      {start.error && <ErrorCard error={start.error} />}
    </>
  );
}
