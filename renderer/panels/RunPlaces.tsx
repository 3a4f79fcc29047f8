/** The pages of one run, as a row of links: where one is and where else there is something to see. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { StepId } from '../../steps/table.ts';
import { host } from '../client/rpc.ts';

interface Place {
  readonly to: '/runs/$run' | '/explore/$run' | '/cells/$run' | '/quality/$run' | '/genes/$run' | '/de/$run' | '/integration/$run';
  readonly label: string;
  /** There is something to see when the run had this step; null always. */
  readonly step: StepId | null;
}

const places = [
  { to: '/runs/$run', label: 'Run', step: null }, { to: '/explore/$run', label: 'Map', step: 'pca' }, { to: '/cells/$run', label: 'Cells', step: null },
  { to: '/quality/$run', label: 'Quality', step: 'qc' }, { to: '/genes/$run', label: 'Genes', step: 'qc' }, { to: '/de/$run', label: 'Drug effects', step: 'de' },
  { to: '/integration/$run', label: 'Integration', step: 'integrate' },
] as const satisfies readonly Place[];

export function RunPlaces({ run, at, view }: { readonly run: string; readonly at: (typeof places)[number]['label']; readonly view?: string | undefined }) {
  const steps = useQuery(host.runs.list.queryOptions()).data?.find((one) => one.run === run)?.steps ?? [];
  return (
    <nav className="run-places" aria-label="Pages of this run">
      {places.filter(({ label, step }) => label === at || step === null || steps.includes(step)).map(({ to, label }) => (
        <Link key={to} to={to} params={{ run }} search={view === undefined ? {} : { view }} aria-current={label === at ? 'page' : undefined}>{label}</Link>
      ))}
    </nav>
  );
}
