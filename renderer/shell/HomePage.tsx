/** Where one lands: what is here, what can be done next, and what ran last. */
import { Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { host } from '../client/rpc.ts';
import { formatBytes, formatCount } from '../client/words.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { AddData } from '../guides/AddData.tsx';
import { OpenRecipe } from '../panels/OpenRecipe.tsx';
import { TourButton } from './Tour.tsx';
import { RunList } from './RunList.tsx';

export function HomePage() {
  const facts = useQuery(host.workspace.facts.queryOptions());
  const datasets = useQuery(host.datasets.list.queryOptions());
  const recipes = useQuery(host.recipes.ready.queryOptions());
  const runs = useQuery(host.runs.list.queryOptions());
  const cells = (datasets.data ?? []).reduce((sum, one) => sum + one.cells, 0);
  const failed = facts.error ?? datasets.error ?? runs.error;
  return (
    <Stack gap="xl" maw={980}>
      <div>
        <Title order={1}>{datasets.data && datasets.data.length > 0 ? `${formatCount(cells)} cells in ${datasets.data.length} data set${datasets.data.length === 1 ? '' : 's'}` : 'Welcome to Truckee'}</Title>
        {facts.data && <Text c="dimmed" size="sm" className="path">{facts.data.root} · {formatBytes(facts.data.resultBytes)} of results · {formatBytes(facts.data.freeBytes)} free</Text>}
      </div>
      {failed && <ErrorCard error={failed} />}
      {datasets.data?.length === 0 && <section className="card"><Title order={2}>Begin with data</Title><AddData empty /></section>}
      {datasets.data && datasets.data.length > 0 && (
        <section>
          <Group justify="space-between" mb="sm"><Title order={2}>Guides</Title><Group gap="xs"><OpenRecipe /><TourButton /></Group></Group>
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            {recipes.data?.map((recipe) => (
              <Link key={recipe.name} to="/guide/$recipe" params={{ recipe: recipe.name }} className="card">
                <strong>{recipe.title}</strong>
                <Text size="sm" c="dimmed" mt={4}>{recipe.steps.map((step) => step.step).join(' → ')}</Text>
              </Link>
            ))}
          </SimpleGrid>
        </section>
      )}
      {runs.data && runs.data.length > 0 && (
        <section>
          <Group justify="space-between"><Title order={2} mb="sm">Latest runs</Title><Link to="/runs" className="quiet">all runs</Link></Group>
          <RunList runs={runs.data.slice(0, 5)} />
        </section>
      )}
    </Stack>
  );
}
