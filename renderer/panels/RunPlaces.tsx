/** The pages of one run, as a row of links: where one is and where else one can look. */
import { Link } from '@tanstack/react-router';

const pages = [
  { to: '/runs/$run', label: 'Run' }, { to: '/explore/$run', label: 'Map' }, { to: '/cells/$run', label: 'Cells' }, { to: '/quality/$run', label: 'Quality' }, { to: '/genes/$run', label: 'Genes' },
  { to: '/de/$run', label: 'Drug effects' }, { to: '/integration/$run', label: 'Integration' },
] as const;

export function RunPlaces({ run, at, view }: { readonly run: string; readonly at: (typeof pages)[number]['label']; readonly view?: string | undefined }) {
  return (
    <nav className="run-places" aria-label="Pages of this run">
      {pages.map(({ to, label }) => (
        <Link key={to} to={to} params={{ run }} search={view === undefined ? {} : { view }} aria-current={label === at ? 'page' : undefined}>{label}</Link>
      ))}
    </nav>
  );
}
