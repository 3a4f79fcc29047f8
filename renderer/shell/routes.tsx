/** Addresses and their pages; the explorer comes with its plots only when it is opened. */
import { Button, Loader, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link } from '@tanstack/react-router';
import { host } from '../client/rpc.ts';
import { keptRecipe, openedRecipeName } from '../client/opened-recipe.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { App } from './App.tsx';
import { HomePage } from './HomePage.tsx';
import { lazyPage } from './lazy-page.ts';

const root = createRootRoute({ component: App, errorComponent: ({ error }) => <ErrorCard error={error} />, notFoundComponent: Nothing });
const home = createRoute({ getParentRoute: () => root, path: '/', component: HomePage });
const data = createRoute({ getParentRoute: () => root, path: '/data', component: lazyRouteComponent(() => import('./DataPage.tsx'), 'DataPage') });
const query = createRoute({ getParentRoute: () => root, path: '/query', component: lazyRouteComponent(() => import('./QueryPage.tsx'), 'QueryPage') });
const catalog = createRoute({ getParentRoute: () => root, path: '/catalog', component: lazyRouteComponent(() => import('./CatalogPage.tsx'), 'CatalogPage') });
const preflight = createRoute({ getParentRoute: () => root, path: '/preflight', component: lazyRouteComponent(() => import('./MachinePage.tsx'), 'MachinePage') });
const runs = createRoute({ getParentRoute: () => root, path: '/runs', component: lazyRouteComponent(() => import('./RunsPage.tsx'), 'RunsPage') });
const run = createRoute({ getParentRoute: () => root, path: '/runs/$run', component: RunRoute });
const guide = createRoute({
  getParentRoute: () => root, path: '/guide/$recipe', component: GuideRoute,
  validateSearch: (search: Record<string, unknown>): GuideSearch => ({
    ...(typeof search['from'] === 'string' ? { from: search['from'] } : {}), ...(isParams(search['limits']) ? { limits: search['limits'] } : {}),
  }),
});
/** `from`: an earlier run to change something of; `limits`: parameters of its filter step, found on the quality page. */
interface GuideSearch {
  from?: string;
  limits?: Readonly<Record<string, number | null>>;
}

function isParams(value: unknown): value is Readonly<Record<string, number | null>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((one) => one === null || typeof one === 'number');
}

/** A view travels as one text in the address (plots/view-state.ts). */
const withView = (search: Record<string, unknown>): { view?: string | undefined } => {
  const { view } = search;
  if (typeof view === 'string') return { view };
  // The router reads JSON out of addresses by itself.
  return typeof view === 'object' && view !== null ? { view: JSON.stringify(view) } : {};
};
const explore = createRoute({ getParentRoute: () => root, path: '/explore', component: ExploreLatest, validateSearch: withView });
const exploreRun = createRoute({ getParentRoute: () => root, path: '/explore/$run', component: ExploreRoute, validateSearch: withView });
const cells = createRoute({ getParentRoute: () => root, path: '/cells/$run', component: CellsRoute, validateSearch: withView });
const quality = createRoute({ getParentRoute: () => root, path: '/quality/$run', component: QualityRoute, validateSearch: withView });
const genes = createRoute({ getParentRoute: () => root, path: '/genes/$run', component: GenesRoute, validateSearch: withView });
/** What the page of drug effects shows. */
interface DeSearch {
  stratum?: string;
  target?: string;
  gene?: string;
}
const de = createRoute({
  getParentRoute: () => root, path: '/de/$run', component: DeRoute,
  validateSearch: (search: Record<string, unknown>): DeSearch => Object.fromEntries(['stratum', 'target', 'gene'].flatMap((name) => (search[name] === undefined ? [] : [[name, typeof search[name] === 'string' ? search[name] : JSON.stringify(search[name])]]))),
});
const integration = createRoute({ getParentRoute: () => root, path: '/integration/$run', component: IntegrationRoute });
const loading = createRoute({ getParentRoute: () => root, path: '/loading', component: lazyRouteComponent(() => import('./LoadingPage.tsx'), 'LoadingPage') });
const workspace = createRoute({ getParentRoute: () => root, path: '/workspace', component: lazyRouteComponent(() => import('./WorkspacePage.tsx'), 'WorkspacePage') });
const help = createRoute({ getParentRoute: () => root, path: '/help', component: lazyRouteComponent(() => import('./HelpPage.tsx'), 'HelpPage') });

const LazyGuide = lazyPage(() => import('../guides/GuidePage.tsx'), 'GuidePage');
const LazyRun = lazyPage(() => import('./RunPage.tsx'), 'RunPage');
const LazyCells = lazyPage(() => import('./CellsPage.tsx'), 'CellsPage');
const LazyQuality = lazyPage(() => import('./QualityPage.tsx'), 'QualityPage');
const LazyGenes = lazyPage(() => import('./GenesPage.tsx'), 'GenesPage');
const LazyDe = lazyPage(() => import('./DePage.tsx'), 'DePage');
const LazyIntegration = lazyPage(() => import('./IntegrationPage.tsx'), 'IntegrationPage');
const LazyExplore = lazyPage(() => import('./ExplorePage.tsx'), 'ExplorePage');

function RunRoute() {
  const { run: id } = run.useParams();
  return <LazyRun key={id} run={id} />;
}

/** A ready recipe, or the recipe of an earlier run to change something of. */
function GuideRoute() {
  const { recipe: name } = guide.useParams();
  const { from, limits } = guide.useSearch();
  const ready = useQuery(host.recipes.ready.queryOptions());
  const earlier = useQuery({ ...host.runs.detail.queryOptions({ input: { run: from ?? '' } }), enabled: from !== undefined });
  const failed = ready.error ?? earlier.error;
  if (failed) return <ErrorCard error={failed} />;
  const recipe = from !== undefined ? earlier.data?.recipe : name === openedRecipeName ? keptRecipe() : ready.data?.find((one) => one.name === name);
  if (recipe) return <LazyGuide key={from ?? name} recipe={recipe} {...(limits ? { filter: limits } : {})} />;
  return (from === undefined ? ready.isPending : earlier.isPending) ? <Loader /> : <Nothing />;
}

function ExploreRoute() {
  const { run: id } = exploreRun.useParams();
  return <LazyExplore key={id} run={id} />;
}

function CellsRoute() {
  const { run: id } = cells.useParams();
  return <LazyCells key={id} run={id} />;
}

function QualityRoute() {
  const { run: id } = quality.useParams();
  return <LazyQuality key={id} run={id} />;
}

function GenesRoute() {
  const { run: id } = genes.useParams();
  return <LazyGenes key={id} run={id} />;
}

function DeRoute() {
  const { run: id } = de.useParams();
  return <LazyDe key={id} run={id} />;
}

function IntegrationRoute() {
  const { run: id } = integration.useParams();
  return <LazyIntegration key={id} run={id} />;
}

function ExploreLatest() {
  const { data: list, error } = useQuery(host.runs.list.queryOptions());
  if (error) return <ErrorCard error={error} />;
  if (!list) return <Loader />;
  const latest = list.find((one) => one.state === 'done' && one.steps.includes('pca'));
  if (latest) return <LazyExplore key={latest.run} run={latest.run} />;
  return <Stack><Title order={1}>Explore</Title><Text>There is no finished run with an embedding yet.</Text><div><Button component={Link} to="/guide/pca-umap">Start the guide</Button></div></Stack>;
}

function Nothing() {
  return <Stack><Title order={1}>There is nothing at this address</Title><div><Link to="/">Back to the first page</Link></div></Stack>;
}

export const router = createRouter({ routeTree: root.addChildren([home, data, query, catalog, preflight, runs, run, guide, explore, exploreRun, cells, quality, genes, de, integration, loading, workspace, help]), defaultPreload: 'intent', defaultPendingComponent: () => <Loader />, defaultErrorComponent: ({ error }) => <ErrorCard error={error} /> });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
