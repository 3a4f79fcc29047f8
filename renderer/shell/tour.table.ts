/** Stops of the tour: where, and what there is to see. */

export interface TourStop {
  /** `$run` stands for the latest finished run. */
  readonly to: string;
  readonly title: string;
  readonly text: string;
}

export const tourStops: readonly TourStop[] = [
  { to: '/', title: 'Home', text: 'What is in the workspace, guides to start from, and the latest runs. The badge at every set of cells says whether it is real, demo or a subset.' },
  { to: '/data', title: 'Data', text: 'Files stay where they are. Press a name to see its shape, its columns and labels, where its counts are, and what is odd about it.' },
  { to: '/query', title: 'Query', text: 'Ask for cells by drug, dose and line. The answer says how many there are and what reading them would cost, before anything is read.' },
  { to: '/guide/pca-umap', title: 'A guide', text: 'Four questions with answers filled in. The third says whether it fits this machine: memory, disk, time. The fourth holds every parameter, the rare ones folded.' },
  { to: '/runs/$run', title: 'A run', text: 'Progress while it works; afterwards what each step gave, how long it took, and figures, tables and a notebook to take along. A stopped run goes on from where it was.' },
  { to: '/explore/$run', title: 'The map', text: 'Colour it by any column or gene, filter by others, draw around cells and name them. Every change can be undone and lives in the address.' },
  { to: '/cells/$run', title: 'Cells', text: 'Every cell as a row: those chosen on the map, or all, in any order, however many there are.' },
  { to: '/quality/$run', title: 'Quality', text: 'Distributions before the filter. Drag limits and see at once how many cells would stay; run again with them, and only what depends on them is computed.' },
  { to: '/genes/$run', title: 'Genes', text: 'Which genes vary more than their mean explains. A press on one colours the map by it.' },
  { to: '/workspace', title: 'Workspace', text: 'What all this takes on disk, what can go, and the way to another workspace.' },
  { to: '/help', title: 'Help', text: 'What to do when something fails, every parameter, words, versions. Ctrl K finds any page, guide or run.' },
];
