/** The frame around every page: where one is, where one can go, whether the host answers, and a palette for everything. */
import { ActionIcon, AppShell, Burger, Group, Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Spotlight, spotlight } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useLive } from '../client/events.ts';
import { host } from '../client/rpc.ts';
import { Tour } from './Tour.tsx';

const places = [
  { to: '/', label: 'Home' }, { to: '/data', label: 'Data' }, { to: '/catalog', label: 'Catalog' }, { to: '/query', label: 'Query' }, { to: '/preflight', label: 'Preflight' }, { to: '/runs', label: 'Runs' }, { to: '/explore', label: 'Explore' }, { to: '/loading', label: 'Loading' }, { to: '/workspace', label: 'Workspace' }, { to: '/help', label: 'Help' },
] as const;

export function App() {
  const [open, { toggle, close }] = useDisclosure(false);
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const line = useLive((state) => state.line);
  const works = useLive((state) => state.works);
  const facts = useQuery(host.workspace.facts.queryOptions());
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 190, breakpoint: 'sm', collapsed: { mobile: !open } }} padding="md">
      <a href="#main" className="skip">Skip to the page</a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Link to="/" className="brand"><img src="/icon.svg" width={26} height={26} alt="" />Truckee</Link>
            <Text size="sm" c="dimmed" visibleFrom="sm" className="clip" title={facts.data?.root}>{facts.data?.root.split('/').at(-1)}</Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            {works.map((work) => <Text key={work.id} size="sm" aria-live="polite">{work.title}{work.total > 0 ? ` ${Math.floor((100 * work.done) / work.total)} %` : ' …'}</Text>)}
            <ActionIcon variant="default" size="lg" onClick={() => spotlight.open()} aria-label="Find anything (Ctrl K)" title="Find anything (Ctrl K)">⌕</ActionIcon>
            <ActionIcon variant="default" size="lg" onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')} aria-label={scheme === 'dark' ? 'Light colours' : 'Dark colours'}>{scheme === 'dark' ? '☀' : '☾'}</ActionIcon>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Pages">
        {places.map(({ to, label }) => <Link key={to} to={to} className="nav-link" activeOptions={{ exact: to === '/' }} activeProps={{ className: 'active' }} onClick={close}>{label}</Link>)}
      </AppShell.Navbar>
      <AppShell.Main id="main">
        {line === 'lost' && <div className="line-lost" role="alert">The line to Truckee is lost; trying again. Runs go on meanwhile.</div>}
        {facts.data?.heldBy && <div className="line-lost" role="status">Another Truckee (process {facts.data.heldBy.pid}) holds this workspace: it can be looked at here, not changed.</div>}
        <Outlet />
      </AppShell.Main>
      <Palette />
      <Tour />
    </AppShell>
  );
}

/** Everything one can go to, by name. */
function Palette() {
  const navigate = useNavigate();
  const runs = useQuery(host.runs.list.queryOptions());
  const recipes = useQuery(host.recipes.ready.queryOptions());
  const actions = [
    ...places.map(({ to, label }) => ({ id: to, label, description: 'Page', onClick: () => void navigate({ to }) })),
    ...(recipes.data ?? []).map((recipe) => ({ id: `guide-${recipe.name}`, label: recipe.title || recipe.name, description: 'Guide', onClick: () => void navigate({ to: '/guide/$recipe', params: { recipe: recipe.name } }) })),
    ...(runs.data ?? []).slice(0, 50).map((run) => ({ id: run.run, label: `${run.title || run.name} ${run.run.slice(0, 8)}`, description: `Run, ${run.state}`, onClick: () => void navigate({ to: '/runs/$run', params: { run: run.run } }) })),
  ];
  return <Spotlight actions={actions} shortcut="mod + K" nothingFound="Nothing by that name" searchProps={{ placeholder: 'Pages, guides, runs', 'aria-label': 'Find anything' }} highlightQuery limit={12} />;
}
